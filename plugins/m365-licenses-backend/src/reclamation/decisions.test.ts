import type { EvaluatedAssignment, StoredItem } from '../database/types';
import type { EvaluatedCandidates } from '../evaluation';
import type { GraphAssignment, GraphUser } from '../graph/types';
import {
  afterOutcomes,
  groupToLeave,
  settledBy,
  whyLeft,
  whyNotRejoin,
  withRecentChanges,
} from './decisions';

const E3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';
const VISIO = 'c5928f49-12ba-48f7-ada3-0d743a3601d5';
const GROUP = 'group-1';

const assignment: GraphAssignment = {
  skuId: E3,
  assignedByGroup: null,
  state: 'Active',
  error: null,
  disabledPlans: [],
  lastUpdatedDateTime: '2026-01-01T00:00:00Z',
};
const byGroup = { ...assignment, assignedByGroup: GROUP };

function userWith(...assignments: GraphAssignment[]): GraphUser {
  return {
    id: 'nora',
    userPrincipalName: 'nora@contoso.example',
    displayName: 'Nora',
    mail: null,
    givenName: null,
    surname: null,
    userType: 'member',
    accountEnabled: true,
    department: null,
    jobTitle: null,
    companyName: null,
    officeLocation: null,
    country: null,
    usageLocation: 'SE',
    createdDateTime: null,
    lastSuccessfulSignInDateTime: null,
    assignments,
  };
}

const item: StoredItem = {
  id: 'item-1',
  reclamationId: 'plan-1',
  account: {
    id: 'nora',
    userPrincipalName: 'nora@contoso.example',
    displayName: 'Nora',
  },
  skuId: E3,
  path: {
    group: null,
    state: 'Active',
    error: null,
    disabledPlans: ['sway'],
    assignedAt: null,
  },
  evidence: {
    reasons: [],
    heldBack: [],
    lastActivityDate: null,
    evaluatedAt: null,
  },
  value: [],
  outcome: 'scheduled',
  message: '',
  restores: null,
  attempts: 0,
  requestId: null,
  startedAt: null,
  finishedAt: null,
  restored: null,
};
const groupItem: StoredItem = {
  ...item,
  path: {
    ...item.path,
    group: {
      id: GROUP,
      name: 'E3',
      leaving: 'possible',
      owners: [],
      otherSkuIds: [],
    },
  },
};

describe('withRecentChanges', () => {
  const SINCE = '2026-11-23T08:00:00.000Z';
  const taken: StoredItem = {
    ...item,
    outcome: 'reclaimed',
    finishedAt: '2026-11-23T08:01:00.000Z',
  };
  const restored: StoredItem = {
    ...taken,
    outcome: 'restored',
    restores: 'item-0',
    finishedAt: '2026-11-23T08:02:00.000Z',
  };

  it('takes off what was taken a short while ago, by its way alone', () => {
    const user = userWith(assignment, byGroup);
    expect(withRecentChanges(user, [taken], SINCE).assignments).toEqual([
      byGroup,
    ]);
    expect(
      withRecentChanges(
        user,
        [{ ...groupItem, outcome: 'reclaimed', finishedAt: taken.finishedAt }],
        SINCE,
      ).assignments,
    ).toEqual([assignment]);
  });

  it('adds what was put back a short while ago, as it was', () => {
    expect(
      // Listed with the newest first
      withRecentChanges(userWith(), [restored, taken], SINCE).assignments,
    ).toEqual([
      {
        ...assignment,
        disabledPlans: ['sway'],
        lastUpdatedDateTime: restored.finishedAt,
      },
    ]);
  });

  it('believes what was changed earlier, or by others later', () => {
    const user = userWith(assignment);
    const early = { ...taken, finishedAt: '2026-11-23T07:59:00.000Z' };
    expect(withRecentChanges(user, [early], SINCE)).toEqual(user);
    const later = userWith({
      ...assignment,
      lastUpdatedDateTime: '2026-11-23T08:01:30Z',
    });
    expect(withRecentChanges(later, [taken], SINCE)).toEqual(later);
    expect(
      withRecentChanges(user, [{ ...taken, outcome: 'failed' }], SINCE),
    ).toEqual(user);
  });
});

describe('settledBy', () => {
  it.each([
    [item, userWith(assignment), undefined],
    [item, userWith(byGroup), 'alreadyGone'],
    [{ ...item, outcome: 'running' as const }, userWith(), 'reclaimed'],
    [groupItem, userWith(assignment), 'alreadyGone'],
    [groupItem, userWith(byGroup), undefined],
    [{ ...item, restores: 'item-0' }, userWith(), undefined],
    [{ ...item, restores: 'item-0' }, userWith(assignment), 'alreadyThere'],
    [
      { ...item, restores: 'item-0', outcome: 'running' as const },
      userWith(assignment),
      'restored',
    ],
  ])('tells by what is held', (each, user, outcome) => {
    expect(settledBy(user, each)?.outcome).toBe(outcome);
  });
});

describe('afterOutcomes', () => {
  it('keeps what had another outcome', () => {
    const user = userWith(assignment);
    expect(afterOutcomes(user, [{ ...item, outcome: 'conflict' }], '')).toEqual(
      user,
    );
    expect(
      afterOutcomes(user, [{ ...item, outcome: 'alreadyGone' }], '')
        .assignments,
    ).toEqual([]);
  });
});

describe('whyLeft', () => {
  const reason = {
    type: 'inactive' as const,
    since: '2026-08-01',
    services: [],
    groups: [],
    lastActivityDate: '2026-08-01',
    reportRefreshDate: '2026-11-19',
    thresholdDays: 60,
    other: null,
    unobservable: [],
  };
  const planned: StoredItem = {
    ...item,
    evidence: {
      reasons: [reason],
      heldBack: [],
      lastActivityDate: '2026-08-01',
      evaluatedAt: null,
    },
  };
  const held: EvaluatedAssignment = {
    skuId: E3,
    groupId: null,
    groupName: null,
    state: 'Active',
    disabledPlans: [],
    assignedOn: '2026-01-01',
    services: [],
    lastActivityDate: '2026-08-01',
  };
  const candidate = {
    skuId: E3,
    state: 'opportunity' as const,
    reasons: [reason],
    heldBack: [],
    since: null,
    direct: true,
    otherSkuId: null,
  };
  const grace = {
    type: 'grace' as const,
    until: null,
    reason: 'Assigned on 2026-11-20, within the grace time of 30 days',
    owner: null,
    exemptionId: null,
  };

  const evaluated = (
    changes: Partial<EvaluatedCandidates> & { lastActivityDate?: string } = {},
  ): EvaluatedCandidates => {
    const { lastActivityDate = held.lastActivityDate, ...rest } = changes;
    return {
      account: {
        number: 1,
        id: 'nora',
        userPrincipalName: 'nora@contoso.example',
        displayName: 'Nora',
        userType: 'member',
        enabled: true,
        deleted: false,
        deactivatedAt: null,
        deletedAt: null,
        department: null,
        country: null,
        companyName: null,
        lastActivityDate: null,
        serviceDates: {
          exchange: null,
          teams: null,
          oneDrive: null,
          outlook: null,
          sharePoint: null,
          skypeForBusiness: null,
          yammer: null,
        },
        inCatalog: true,
        homeGroup: null,
        groups: [],
        assignments: [{ ...held, lastActivityDate }],
      },
      candidates: [candidate],
      exemptions: new Map(),
      ...rest,
    };
  };

  it('leaves to go what a rule still names', () => {
    expect(whyLeft(planned, evaluated(), false)).toBeUndefined();
  });

  it.each([false, true])(
    'says since when it is used again, asked for by name: %s',
    isNamed => {
      const used = evaluated({
        candidates: [],
        lastActivityDate: '2026-11-20',
      });
      expect(whyLeft(planned, used, isNamed)).toMatchObject({
        outcome: 'activeSince',
        message: expect.stringContaining('2026-11-20'),
      });
    },
  );

  it('says that no rule names it any more, which is nothing to what was asked for by name', () => {
    const others = [
      { candidates: [] },
      {
        candidates: [
          {
            ...candidate,
            reasons: [{ ...reason, type: 'downgrade' as const }],
          },
        ],
      },
    ];
    for (const other of others) {
      expect(whyLeft(planned, evaluated(other), false)?.outcome).toBe(
        'changed',
      );
      expect(whyLeft(planned, evaluated(other), true)).toBeUndefined();
    }
    // Used since, but nobody ever asked whether
    expect(
      whyLeft(
        item,
        evaluated({ candidates: [], lastActivityDate: '2026-11-20' }),
        true,
      ),
    ).toBeUndefined();
  });

  it('says what holds it back since it was planned', () => {
    const now = evaluated({
      candidates: [{ ...candidate, heldBack: [grace] }],
    });
    expect(whyLeft(planned, now, false)).toMatchObject({
      outcome: 'heldBack',
      message: `Left alone: ${grace.reason}.`,
    });
    expect(whyLeft(planned, now, true)).toBeUndefined();
    const known = {
      ...planned,
      evidence: { ...planned.evidence, heldBack: [grace] },
    };
    expect(whyLeft(known, now, false)).toBeUndefined();
    // Its group may be left.
    expect(
      whyLeft(
        planned,
        evaluated({
          candidates: [
            { ...candidate, heldBack: [{ ...grace, type: 'groupOnly' }] },
          ],
        }),
        false,
      ),
    ).toBeUndefined();
  });

  it.each([planned, item])(
    'says who exempted it, whether or not it was planned by a rule',
    each => {
      const exemption = {
        id: 'exemption-1',
        accountId: 'nora',
        group: null,
        skuId: null,
        reason: 'On parental leave',
        owner: 'user:default/maya',
        expiresOn: null,
      };
      expect(
        whyLeft(
          each,
          evaluated({ exemptions: new Map([[E3, exemption]]) }),
          true,
        ),
      ).toMatchObject({
        outcome: 'exempted',
        message: expect.stringContaining('On parental leave'),
      });
    },
  );
});

describe('A group', () => {
  const group = {
    id: GROUP,
    displayName: 'E3',
    membership: 'assigned' as const,
    onPremises: false,
    skuIds: [E3.toUpperCase(), VISIO],
    owners: [],
  };

  it('can be left when it grants nothing else', () => {
    expect(groupToLeave(group, [E3, VISIO])).toMatchObject({
      leaving: 'possible',
      otherSkuIds: [],
    });
    expect(groupToLeave(group, [E3])).toMatchObject({
      leaving: 'grantsMore',
      otherSkuIds: [VISIO],
    });
    expect(
      groupToLeave({ ...group, membership: 'dynamic' }, [E3, VISIO]).leaving,
    ).toBe('dynamic');
    expect(
      groupToLeave({ ...group, onPremises: true }, [E3, VISIO]).leaving,
    ).toBe('onPremises');
  });

  it('can be joined again when it still grants it, and members are assigned', () => {
    expect(whyNotRejoin(group, E3)).toBeUndefined();
    expect(whyNotRejoin({ ...group, skuIds: [VISIO] }, E3)).toMatch(
      /no longer grants/,
    );
    expect(whyNotRejoin({ ...group, membership: 'dynamic' }, E3)).toMatch(
      /a rule decides/,
    );
    expect(whyNotRejoin({ ...group, onPremises: true }, E3)).toMatch(
      /on premises/,
    );
  });
});
