import {
  CANDIDATE_REASONS,
  SERVICES,
  type Service,
} from 'backstage-plugin-m365-licenses-common';
import fc from 'fast-check';
import type {
  ActiveExemption,
  EvaluatedAccount,
  EvaluatedAssignment,
  SkuPlans,
} from '../database/types';
import { assignmentStatus, bestStatus } from './assignments';
import {
  candidateContext,
  downgradesOf,
  findCandidates,
  type CandidateOptions,
} from './candidates';

const TODAY = '2026-11-22';
/** Of the active user report and of the email app report. */
const REPORT = '2026-11-19';
const MAIL_REPORT = '2026-11-18';
const LONG_AGO = '2025-01-10';
const IN_GRACE = '2026-11-10';
const RECENTLY = '2026-11-15';
const IN_SPRING = '2026-04-02';

// Of these plans, the services are observed.
const EXCHANGE = { id: 'efb87545-963c-4e0d-99df-69c6916d9eb0', name: 'MAIL' };
const TEAMS = { id: '57ff2da0-773e-42df-b2af-ffb7a2317929', name: 'TEAMS' };
const SHARE_POINT = {
  id: '5dbe027f-2339-4123-9542-606e4d348a72',
  name: 'SITES',
};
// Of these, no report tells anything.
const FORMS = { id: '2789c901-c14e-48ab-a76a-be334d9d793a', name: 'FORMS' };
const SWAY = { id: 'a23b959c-7ce8-4e57-9140-b90eb88a9e97', name: 'SWAY' };

function sku(
  skuId: string,
  plans: SkuPlans['plans'],
  overrides?: Partial<SkuPlans>,
): SkuPlans {
  return {
    skuId,
    displayName: `Product ${skuId}`,
    status: 'Enabled',
    plans,
    ...overrides,
  };
}

const MAIL_ONLY = sku('mail', [EXCHANGE]);
const MAIL_AND_TEAMS = sku('mail-teams', [EXCHANGE, TEAMS, FORMS]);
const SUITE = sku('suite', [EXCHANGE, TEAMS, SHARE_POINT, FORMS, SWAY]);
const NOT_OBSERVED = sku('visio', [SWAY]);
const WITHOUT_PLANS = sku('unknown-plans', []);
const SKUS = [MAIL_ONLY, MAIL_AND_TEAMS, SUITE, NOT_OBSERVED, WITHOUT_PLANS];

const SERVICES_OF: Record<string, Service[]> = {
  mail: ['exchange', 'outlook'],
  'mail-teams': ['exchange', 'teams', 'outlook'],
  suite: ['exchange', 'teams', 'oneDrive', 'outlook', 'sharePoint'],
  visio: [],
  'unknown-plans': [],
};

function held(
  skuId: string,
  overrides?: Partial<EvaluatedAssignment>,
): EvaluatedAssignment {
  return {
    skuId,
    groupId: null,
    groupName: null,
    state: 'Active',
    disabledPlans: [],
    assignedOn: LONG_AGO,
    services: SERVICES_OF[skuId] ?? null,
    lastActivityDate: RECENTLY,
    ...overrides,
  };
}

function granted(
  skuId: string,
  overrides?: Partial<EvaluatedAssignment>,
): EvaluatedAssignment {
  return held(skuId, { groupId: 'g1', groupName: 'Sales', ...overrides });
}

function usedOn(dates: Partial<Record<Service, string>>) {
  return {
    exchange: null,
    teams: null,
    oneDrive: null,
    outlook: null,
    sharePoint: null,
    skypeForBusiness: null,
    yammer: null,
    ...dates,
  };
}

/** Enabled, and active in everything. */
function account(
  assignments: EvaluatedAssignment[],
  overrides?: Partial<EvaluatedAccount>,
): EvaluatedAccount {
  return {
    number: 7,
    id: 'a7',
    userPrincipalName: 'maya@contoso.example',
    displayName: 'Maya',
    userType: 'member',
    enabled: true,
    deleted: false,
    deactivatedAt: null,
    deletedAt: null,
    department: null,
    country: null,
    companyName: null,
    lastActivityDate: RECENTLY,
    serviceDates: usedOn(
      Object.fromEntries(SERVICES.map(service => [service, RECENTLY])),
    ),
    inCatalog: true,
    homeGroup: 'group:default/berlin',
    groups: ['group:default/berlin', 'group:default/sales'],
    assignments,
    ...overrides,
  };
}

function exemption(overrides?: Partial<ActiveExemption>): ActiveExemption {
  return {
    id: 'e1',
    accountId: null,
    group: null,
    skuId: null,
    reason: 'On parental leave',
    owner: 'user:default/olivia',
    expiresOn: '2027-01-01',
    ...overrides,
  };
}

function options(overrides?: Partial<CandidateOptions>): CandidateOptions {
  return {
    threshold: { today: TODAY, inactiveAfterDays: 60, graceDays: 30 },
    reports: {
      newest: { activeUsers: REPORT, emailApps: MAIL_REPORT },
      unreported: [],
    },
    skus: SKUS,
    exemptions: [],
    ...overrides,
  };
}

const find = (found: EvaluatedAccount, overrides?: Partial<CandidateOptions>) =>
  findCandidates(found, candidateContext(options(overrides)));

const typesOf = (
  found: EvaluatedAccount,
  overrides?: Partial<CandidateOptions>,
) =>
  find(found, overrides).map(({ skuId, reasons, heldBack }) => [
    skuId,
    reasons.map(({ type }) => type).join(),
    heldBack.map(({ type }) => type).join(),
  ]);

const UNUSED = { lastActivityDate: null };

describe('findCandidates', () => {
  it('finds nothing of licenses that are used', () => {
    expect(find(account([held('suite')]))).toEqual([]);
    expect(find(account([]))).toEqual([]);
  });

  it('finds what was never used past the grace time, with its evidence', () => {
    expect(find(account([held('mail-teams', UNUSED)]))).toEqual([
      {
        skuId: 'mail-teams',
        state: 'opportunity',
        reasons: [
          {
            type: 'neverActive',
            since: LONG_AGO,
            services: ['exchange', 'teams', 'outlook'],
            lastActivityDate: null,
            // Of the older report: both were looked at.
            reportRefreshDate: MAIL_REPORT,
            thresholdDays: 30,
            other: null,
            groups: [],
            unobservable: [],
          },
        ],
        heldBack: [],
        since: LONG_AGO,
        direct: true,
        otherSkuId: null,
      },
    ]);
    expect(
      find(account([held('mail', { ...UNUSED, assignedOn: IN_GRACE })])),
    ).toEqual([]);
  });

  it('finds what was last used before the threshold', () => {
    const [found] = find(
      account([held('mail', { lastActivityDate: IN_SPRING })]),
    );
    expect(found.since).toBe(IN_SPRING);
    expect(found.reasons).toMatchObject([
      { type: 'inactive', lastActivityDate: IN_SPRING, thresholdDays: 60 },
    ]);
    // 60 days ago is within the threshold, 61 are not.
    expect(
      typesOf(account([held('mail', { lastActivityDate: '2026-09-23' })])),
    ).toEqual([]);
    expect(
      typesOf(account([held('mail', { lastActivityDate: '2026-09-22' })])),
    ).toEqual([['mail', 'inactive', '']]);
  });

  it('names only the report that covers the services', () => {
    const [found] = find(
      account([held('mail', { ...UNUSED, services: ['exchange'] })]),
    );
    expect(found.reasons[0].reportRefreshDate).toBe(REPORT);
  });

  it('says nothing of what cannot be measured or is not known', () => {
    expect(find(account([held('visio', UNUSED)]))).toEqual([]);
    expect(find(account([held('other', { services: null })]))).toEqual([]);
  });

  it('takes a license for used that one of its paths shows used', () => {
    expect(
      find(
        account([
          held('mail', { ...UNUSED, state: 'Error' }),
          granted('mail', { state: 'Error' }),
        ]),
      ),
    ).toEqual([]);
  });

  it('finds every license of an account that nobody can sign in to', () => {
    const disabled = account([held('mail'), held('visio')], {
      enabled: false,
      deactivatedAt: '2026-03-04T05:06:07.000Z',
    });
    expect(typesOf(disabled)).toEqual([
      ['mail', 'disabled', ''],
      ['visio', 'disabled', ''],
    ]);
    const [found] = find(disabled);
    expect(found.since).toBe('2026-03-04');
    expect(found.reasons[0]).toMatchObject({
      services: [],
      reportRefreshDate: null,
      thresholdDays: null,
    });
  });

  it('puts the strongest reason first', () => {
    expect(
      typesOf(
        account(
          [held('mail', UNUSED), granted('mail', UNUSED), held('suite')],
          { enabled: false },
        ),
      ),
    ).toEqual([
      ['mail', 'disabled,overlap,directAndGroup,neverActive', ''],
      ['suite', 'disabled', ''],
    ]);
  });

  describe('deleted accounts', () => {
    const gone = (deletedAt: string) =>
      account([granted('mail', { ...UNUSED, assignedOn: IN_GRACE })], {
        deleted: true,
        enabled: false,
        deletedAt,
        deactivatedAt: '2026-01-01T00:00:00.000Z',
      });

    it('are listed for 30 days, always held back', () => {
      const [found] = find(gone('2026-10-23T22:00:00.000Z'));
      expect(found).toMatchObject({
        state: 'heldBack',
        since: '2026-10-23',
        reasons: [{ type: 'deleted' }],
        heldBack: [
          {
            type: 'gone',
            until: null,
            reason:
              'The account is gone from the directory since 2026-10-23. Microsoft frees its licenses by itself; they come back with the account if it is restored',
          },
        ],
      });
      expect(find(gone('2026-10-22T22:00:00.000Z'))).toEqual([]);
    });

    it('show their exemptions as well', () => {
      expect(
        typesOf(gone('2026-11-20T00:00:00.000Z'), {
          exemptions: [exemption({ accountId: 'a7' })],
        }),
      ).toEqual([['mail', 'deleted', 'exemption,gone']]);
    });
  });

  describe('overlap', () => {
    it('is of the smaller license, and names the larger one', () => {
      const [found, ...others] = find(
        account([
          held('mail', { assignedOn: '2026-02-01' }),
          held('suite', { assignedOn: '2026-05-01' }),
        ]),
      );
      expect(others).toEqual([]);
      expect(found).toMatchObject({
        skuId: 'mail',
        since: '2026-05-01',
        otherSkuId: 'suite',
        reasons: [
          {
            type: 'overlap',
            other: { skuId: 'suite', displayName: 'Product suite' },
          },
        ],
      });
    });

    it('names the largest of several, which stays', () => {
      const found = find(
        account([held('mail'), held('mail-teams'), held('suite')]),
      );
      expect(found.map(({ skuId, otherSkuId }) => [skuId, otherSkuId])).toEqual(
        [
          ['mail', 'suite'],
          ['mail-teams', 'suite'],
        ],
      );
    });

    it('does not count disabled plans', () => {
      expect(
        typesOf(
          account([
            held('mail'),
            held('suite', { disabledPlans: [EXCHANGE.id.toUpperCase()] }),
          ]),
        ),
      ).toEqual([]);
      // Nor those of the smaller one.
      expect(
        typesOf(
          account([
            held('mail'),
            held('mail-teams', { disabledPlans: [TEAMS.id, FORMS.id] }),
          ]),
        ),
      ).toEqual([['mail-teams', 'overlap', '']]);
      // Whose plans are all disabled says nothing.
      expect(
        typesOf(
          account([
            held('mail', { disabledPlans: [EXCHANGE.id] }),
            held('suite'),
          ]),
        ),
      ).toEqual([]);
    });

    it('counts what any path enables', () => {
      expect(
        typesOf(
          account([
            held('mail'),
            granted('suite', { disabledPlans: [EXCHANGE.id] }),
            granted('suite', { groupId: 'g2' }),
          ]),
        ),
      ).toEqual([['mail', 'overlap', '']]);
    });

    it('needs a license that is really given', () => {
      expect(
        typesOf(account([held('mail'), granted('suite', { state: 'Error' })])),
      ).toEqual([]);
    });

    it('is of a smaller edition, whose plans have other names, too', () => {
      const E5 = '06ebc4ee-1bb5-47dd-8120-11324bc54e06';
      const E3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';
      const skus = [
        sku(E5, [EXCHANGE, TEAMS, SWAY]),
        sku(E3, [EXCHANGE, TEAMS, FORMS]),
      ];
      const services: Service[] = ['exchange', 'teams', 'outlook'];
      const both = (ofE5?: Partial<EvaluatedAssignment>) =>
        account([held(E3, { services }), held(E5, { services, ...ofE5 })]);
      expect(find(both(), { skus })).toMatchObject([
        {
          skuId: E3,
          otherSkuId: E5,
          reasons: [{ type: 'overlap', unobservable: ['FORMS'] }],
        },
      ]);
      // Together they are all that the person has.
      const withoutTeams: Partial<EvaluatedAssignment> = {
        disabledPlans: [TEAMS.id],
        services: ['exchange', 'outlook'],
      };
      expect(find(both(withoutTeams), { skus })).toEqual([]);
      // What is left of the larger one is in the smaller one.
      expect(typesOf(both({ disabledPlans: [SWAY.id] }), { skus })).toEqual([
        [E5, 'overlap', ''],
      ]);
    });

    it('of equal licenses keeps the first by name', () => {
      const skus = [
        sku('z', [EXCHANGE], { displayName: 'Alpha' }),
        sku('a', [EXCHANGE], { displayName: 'Beta' }),
        sku('c', [EXCHANGE], { displayName: 'Beta' }),
      ];
      const found = find(account([held('a'), held('c'), held('z')]), { skus });
      expect(found.map(({ skuId, otherSkuId }) => [skuId, otherSkuId])).toEqual(
        [
          ['a', 'z'],
          ['c', 'z'],
        ],
      );
    });

    it('is never of products whose plans are not known', () => {
      expect(
        typesOf(
          account([
            held('unknown-plans', { services: null }),
            held('nobody-knows', { services: null }),
            held('suite'),
          ]),
        ),
      ).toEqual([]);
    });
  });

  describe('direct and by group', () => {
    it('names the group, and is not held back by grace', () => {
      const [found] = find(
        account([
          held('mail', { assignedOn: LONG_AGO }),
          granted('mail', { assignedOn: IN_GRACE }),
        ]),
      );
      expect(found).toMatchObject({
        state: 'opportunity',
        since: IN_GRACE,
        direct: true,
        reasons: [
          {
            type: 'directAndGroup',
            groups: [{ id: 'g1', name: 'Sales' }],
          },
        ],
      });
    });

    it('is none where the group could not grant it', () => {
      expect(
        typesOf(account([held('mail'), granted('mail', { state: 'Error' })])),
      ).toEqual([]);
    });

    it('is none where only the direct one enables a service plan', () => {
      const disabled = (...plans: { id: string }[]) => ({
        disabledPlans: plans.map(({ id }) => id.toUpperCase()),
      });
      const withoutForms = granted('suite', disabled(FORMS));
      expect(typesOf(account([held('suite'), withoutForms]))).toEqual([]);
      expect(
        typesOf(account([held('suite', disabled(FORMS, SWAY)), withoutForms])),
      ).toEqual([['suite', 'directAndGroup', '']]);
      // Together, the groups enable all of it.
      expect(
        typesOf(
          account([
            held('suite'),
            withoutForms,
            granted('suite', { groupId: 'g2', ...disabled(SWAY) }),
          ]),
        ),
      ).toEqual([['suite', 'directAndGroup', '']]);
    });

    it('is nothing else either: the account does not hold it', () => {
      const failed = granted('mail', { state: 'Error', ...UNUSED });
      expect(typesOf(account([failed], { enabled: false }))).toEqual([]);
    });

    it('is none of two groups', () => {
      expect(
        typesOf(account([granted('mail'), granted('mail', { groupId: 'g2' })])),
      ).toEqual([]);
    });
  });

  describe('downgrade', () => {
    const mailOnly = (overrides?: Partial<EvaluatedAccount>) =>
      account([held('suite')], {
        serviceDates: usedOn({ exchange: RECENTLY, sharePoint: IN_SPRING }),
        ...overrides,
      });

    it('names the smaller license with the most plans, and what is lost', () => {
      const [found] = find(mailOnly());
      expect(found).toMatchObject({
        skuId: 'suite',
        state: 'opportunity',
        since: IN_SPRING,
        otherSkuId: 'mail-teams',
        reasons: [
          {
            type: 'downgrade',
            services: ['oneDrive', 'sharePoint'],
            lastActivityDate: IN_SPRING,
            reportRefreshDate: REPORT,
            thresholdDays: 60,
            other: { skuId: 'mail-teams', displayName: 'Product mail-teams' },
            unobservable: ['SWAY'],
          },
        ],
      });
    });

    it('goes on to a smaller one where the largest is not sold any more', () => {
      const skus = [
        MAIL_ONLY,
        { ...MAIL_AND_TEAMS, status: 'Deleted' as const },
        SUITE,
      ];
      expect(find(mailOnly(), { skus })[0].otherSkuId).toBe('mail');
    });

    it('counts from the assignment where nothing of it was ever used', () => {
      const [found] = find(
        mailOnly({ serviceDates: usedOn({ exchange: RECENTLY }) }),
      );
      expect(found.since).toBe(LONG_AGO);
      expect(found.reasons[0].lastActivityDate).toBeNull();
    });

    it('is none where one of the other services is used', () => {
      expect(
        typesOf(
          mailOnly({
            serviceDates: usedOn({ exchange: RECENTLY, oneDrive: RECENTLY }),
          }),
        ),
      ).toEqual([]);
    });

    it('is none where the smaller one would not be used', () => {
      const skus = [MAIL_ONLY, SUITE];
      expect(
        typesOf(mailOnly({ serviceDates: usedOn({ teams: RECENTLY }) }), {
          skus,
        }),
      ).toEqual([]);
      // By this license: of another one, that one tells.
      expect(
        typesOf(
          mailOnly({
            assignments: [
              held('suite', {
                disabledPlans: [EXCHANGE.id],
                services: ['teams', 'oneDrive', 'sharePoint'],
              }),
            ],
          }),
          { skus },
        ),
      ).toEqual([]);
    });

    it('is none without a fresh report of what would be lost', () => {
      expect(
        typesOf(mailOnly(), {
          reports: {
            newest: { activeUsers: REPORT, emailApps: MAIL_REPORT },
            unreported: ['oneDrive'],
          },
        }),
      ).toEqual([]);
    });

    it('is none to what the person has already: that overlaps', () => {
      expect(
        typesOf(
          mailOnly({ assignments: [held('mail-teams'), held('suite')] }),
          { skus: [MAIL_AND_TEAMS, SUITE] },
        ),
      ).toEqual([['mail-teams', 'overlap', '']]);
    });

    it('knows the editions of a suite, whatever plans they have', () => {
      const E1 = '18181a46-0d4e-45cd-891e-60aabd171b4e';
      const E5_WITHOUT_TEAMS = '18a4bd3f-0b5b-4887-b04f-61dd0ee15f5e';
      const M365_E5 = '06ebc4ee-1bb5-47dd-8120-11324bc54e06';
      const skus = [
        sku(M365_E5, [EXCHANGE, TEAMS, FORMS]),
        sku(E5_WITHOUT_TEAMS, [EXCHANGE, SWAY]),
        sku(E1, [EXCHANGE, TEAMS, SWAY]),
      ];
      const found = find(
        account([held(M365_E5, { services: SERVICES_OF['mail-teams'] })], {
          serviceDates: usedOn({ outlook: RECENTLY }),
        }),
        { skus },
      );
      expect(found).toMatchObject([
        {
          otherSkuId: E5_WITHOUT_TEAMS,
          reasons: [{ services: ['teams'], unobservable: ['FORMS'] }],
        },
      ]);
    });
  });

  describe('held back', () => {
    it('by grace, until it is over', () => {
      const [found] = find(
        account([held('mail', { assignedOn: '2026-10-23' })], {
          enabled: false,
        }),
      );
      expect(found.heldBack).toEqual([
        {
          type: 'grace',
          until: '2026-11-23',
          reason: 'Assigned on 2026-10-23, within the grace time of 30 days',
          owner: null,
          exemptionId: null,
        },
      ]);
      expect(found.state).toBe('heldBack');
      expect(
        typesOf(
          account([held('mail', { assignedOn: '2026-10-22' })], {
            enabled: false,
          }),
        ),
      ).toEqual([['mail', 'disabled', '']]);
    });

    it('where only a group grants it, which is named', () => {
      const [found] = find(account([granted('mail', UNUSED)]));
      expect(found).toMatchObject({
        state: 'heldBack',
        direct: false,
        heldBack: [
          {
            type: 'groupOnly',
            reason:
              'Granted by the group Sales; take the person out of the group or remove the license from it',
          },
        ],
      });
      const [several] = find(
        account([
          granted('mail', UNUSED),
          granted('mail', { ...UNUSED, groupId: 'g2', groupName: null }),
        ]),
      );
      expect(several.heldBack[0].reason).toBe(
        'Granted by the groups Sales, g2; take the person out of them or remove the license from them',
      );
    });

    describe('where the reports are no longer good', () => {
      const stale = {
        reports: {
          newest: { activeUsers: '2026-10-01', emailApps: '2026-10-02' },
          unreported: [...SERVICES],
        },
      };

      it('what was unused then stays listed', () => {
        const [found] = find(
          account([held('mail', { lastActivityDate: IN_SPRING })]),
          stale,
        );
        expect(found).toMatchObject({
          state: 'heldBack',
          reasons: [{ type: 'inactive', reportRefreshDate: '2026-10-01' }],
          heldBack: [
            {
              type: 'dataNotGood',
              until: null,
              reason:
                'The last good activity report about it is of 2026-10-01; see on the Tasks tab why Application Access has no newer one, or one with far fewer rows',
            },
          ],
        });
      });

      it('what the last good report could not call unused is not listed', () => {
        // The report was good until 8 October; 60 days before is 9 August.
        expect(
          typesOf(
            account([held('mail', { lastActivityDate: '2026-08-09' })]),
            stale,
          ),
        ).toEqual([]);
        expect(
          typesOf(
            account([held('mail', { lastActivityDate: '2026-08-08' })]),
            stale,
          ),
        ).toEqual([['mail', 'inactive', 'dataNotGood']]);
        // In its grace time then.
        expect(
          typesOf(
            account([held('mail', { ...UNUSED, assignedOn: '2026-09-20' })]),
            stale,
          ),
        ).toEqual([]);
      });

      it('is not where such a report was never stored', () => {
        expect(
          typesOf(account([held('mail', UNUSED)]), {
            reports: {
              newest: { activeUsers: REPORT, emailApps: null },
              unreported: ['outlook'],
            },
          }),
        ).toEqual([]);
      });

      it('is not where another reason stands without reports', () => {
        expect(
          typesOf(account([held('mail', UNUSED)], { enabled: false }), stale),
        ).toEqual([['mail', 'disabled', '']]);
      });

      it('does not reach beyond today, as where rows suddenly dropped', () => {
        expect(
          typesOf(account([held('mail', { lastActivityDate: '2026-09-22' })]), {
            reports: {
              newest: { activeUsers: REPORT, emailApps: MAIL_REPORT },
              unreported: [...SERVICES],
            },
          }),
        ).toEqual([['mail', 'inactive', 'dataNotGood']]);
        expect(
          typesOf(account([held('mail', { lastActivityDate: '2026-09-23' })]), {
            reports: {
              newest: { activeUsers: REPORT, emailApps: MAIL_REPORT },
              unreported: [...SERVICES],
            },
          }),
        ).toEqual([]);
      });
    });

    const unused = account([held('mail', UNUSED)]);

    it.each<[string, Partial<ActiveExemption>, boolean]>([
      ['the account', { accountId: 'a7' }, true],
      ['another account', { accountId: 'a8' }, false],
      ['a group', { group: 'group:default/berlin' }, true],
      ['a group above', { group: 'group:default/sales' }, true],
      ['another group', { group: 'group:default/rome' }, false],
      ['the SKU, in any case', { skuId: 'MAIL' }, true],
      ['another SKU', { skuId: 'suite' }, false],
      ['the SKU of the account', { accountId: 'a7', skuId: 'mail' }, true],
      ['another SKU of it', { accountId: 'a7', skuId: 'suite' }, false],
      [
        'the SKU of a group',
        { group: 'group:default/sales', skuId: 'mail' },
        true,
      ],
      [
        'the SKU of another group',
        { group: 'group:default/rome', skuId: 'mail' },
        false,
      ],
    ])('by an exemption of %s', (_, scope, isHeld) => {
      const [found] = find(unused, { exemptions: [exemption(scope)] });
      expect(found.state).toBe(isHeld ? 'heldBack' : 'opportunity');
      expect(found.heldBack).toEqual(
        isHeld
          ? [
              {
                type: 'exemption',
                until: '2027-01-01',
                reason: 'On parental leave',
                owner: 'user:default/olivia',
                exemptionId: 'e1',
              },
            ]
          : [],
      );
    });

    it('for several reasons at once', () => {
      expect(
        typesOf(
          account([granted('mail', { assignedOn: IN_GRACE })], {
            enabled: false,
          }),
          {
            exemptions: [
              exemption({ accountId: 'a7' }),
              exemption({ id: 'e2', skuId: 'mail', expiresOn: null }),
            ],
          },
        ),
      ).toEqual([['mail', 'disabled', 'exemption,exemption,grace,groupOnly']]);
    });
  });
});

describe('downgradesOf', () => {
  it('names the smaller licenses that a tenant has, and what would be lost', () => {
    expect(
      downgradesOf([
        SUITE,
        MAIL_ONLY,
        NOT_OBSERVED,
        WITHOUT_PLANS,
        sku('old', [EXCHANGE, TEAMS], { status: 'Deleted' }),
      ]),
    ).toEqual([
      {
        from: { skuId: 'suite', displayName: 'Product suite' },
        to: { skuId: 'mail', displayName: 'Product mail' },
        services: ['teams', 'oneDrive', 'sharePoint'],
        unobservable: ['FORMS', 'SWAY'],
      },
    ]);
  });

  it('says so where no report tells whether it is possible', () => {
    const e5 = sku('06ebc4ee-1bb5-47dd-8120-11324bc54e06', [EXCHANGE, SWAY], {
      displayName: 'Microsoft 365 E5',
    });
    const e3 = sku('05e9a617-0261-4cee-bb44-138d3ef5d965', [EXCHANGE, FORMS], {
      displayName: 'Microsoft 365 E3',
    });
    const forms = sku('forms', [FORMS]);
    const formsAndSway = sku('forms-sway', [FORMS, SWAY]);
    expect(
      downgradesOf([e3, e5, forms, formsAndSway]).map(
        ({ from, to, services, unobservable }) => [
          from.displayName,
          to.displayName,
          services,
          unobservable,
        ],
      ),
    ).toEqual([
      ['Microsoft 365 E5', 'Microsoft 365 E3', [], ['SWAY']],
      ['Product forms-sway', 'Product forms', [], ['SWAY']],
    ]);
  });

  it('says nothing of the same plans under another name', () => {
    expect(downgradesOf([sku('a', [EXCHANGE]), sku('b', [EXCHANGE])])).toEqual(
      [],
    );
  });
});

describe('whatever accounts hold', () => {
  const days = [
    LONG_AGO,
    IN_SPRING,
    '2026-09-22',
    '2026-09-23',
    '2026-10-22',
    '2026-10-23',
    RECENTLY,
  ];
  const day = fc.constantFrom(...days);
  const maybeDay = fc.option(day, { nil: null });
  const skuIds = [...SKUS.map(({ skuId }) => skuId), 'nobody-knows'];
  const assignments = fc.uniqueArray(
    fc.record({
      skuId: fc.constantFrom(...skuIds),
      groupId: fc.constantFrom(null, 'g1', 'g2'),
      groupName: fc.constantFrom(null, 'Sales'),
      state: fc.constantFrom('Active', 'ActiveWithError', 'Error', 'Disabled'),
      disabledPlans: fc.subarray([EXCHANGE.id, TEAMS.id, FORMS.id, SWAY.id]),
      assignedOn: day,
      services: fc.option(fc.subarray([...SERVICES]), { nil: null }),
      lastActivityDate: maybeDay,
    }),
    { selector: ({ skuId, groupId }) => `${skuId} ${groupId}`, maxLength: 8 },
  );
  const accounts: fc.Arbitrary<EvaluatedAccount> = fc
    .record({
      assignments,
      enabled: fc.boolean(),
      deleted: fc.boolean(),
      deactivatedAt: maybeDay,
      deletedAt: maybeDay,
      serviceDates: fc.record({
        exchange: maybeDay,
        teams: maybeDay,
        oneDrive: maybeDay,
        outlook: maybeDay,
        sharePoint: maybeDay,
        skypeForBusiness: maybeDay,
        yammer: maybeDay,
      }),
    })
    .map(each => account(each.assignments, each));
  const exemptions = fc.array(
    fc.record({
      id: fc.uuid(),
      accountId: fc.constantFrom(null, 'a7', 'a8'),
      group: fc.constantFrom(null, 'group:default/sales', 'group:default/rome'),
      skuId: fc.constantFrom(null, 'mail', 'suite'),
      reason: fc.constant('because'),
      owner: fc.constant('user:default/olivia'),
      expiresOn: fc.constant(null),
    }),
    { maxLength: 3 },
  );
  const contexts = fc
    .record({
      unreported: fc.subarray([...SERVICES]),
      activeUsers: fc.constantFrom(null, REPORT, '2026-10-01'),
      emailApps: fc.constantFrom(null, MAIL_REPORT, '2026-10-01'),
      skus: fc.subarray(SKUS, { minLength: 1 }),
      exemptions,
    })
    .map(({ unreported, activeUsers, emailApps, ...rest }) =>
      options({
        ...rest,
        reports: { newest: { activeUsers, emailApps }, unreported },
      }),
    );
  const check = (
    holds: (found: EvaluatedAccount, given: CandidateOptions) => void,
  ) => fc.assert(fc.property(accounts, contexts, holds), { numRuns: 1_000 });

  it('each candidate has a reason, and is an opportunity exactly when nothing holds it back', () => {
    check((found, given) => {
      for (const candidate of find(found, given)) {
        const types = candidate.reasons.map(({ type }) => type);
        expect(types.length).toBeGreaterThan(0);
        expect(new Set(types).size).toBe(types.length);
        expect(CANDIDATE_REASONS.filter(each => types.includes(each))).toEqual(
          types,
        );
        expect(candidate.since).toBe(candidate.reasons[0].since);
        expect(candidate.state === 'opportunity').toBe(
          candidate.heldBack.length === 0,
        );
      }
    });
  });

  it('what contains a license stays', () => {
    check((found, given) => {
      const overlaps = find(found, given).flatMap(({ skuId, reasons }) =>
        reasons
          .filter(({ type }) => type === 'overlap')
          .map(({ other }) => ({ skuId, other: other?.skuId })),
      );
      const candidates = overlaps.map(({ skuId }) => skuId);
      for (const { other } of overlaps) {
        expect(candidates).not.toContain(other);
      }
    });
  });

  it('an exemption holds back, and hides nothing', () => {
    check((found, given) => {
      const without = find(found, { ...given, exemptions: [] });
      const exempted = find(found, {
        ...given,
        exemptions: [...given.exemptions, exemption({ accountId: 'a7' })],
      });
      expect(exempted.map(({ skuId, reasons }) => [skuId, reasons])).toEqual(
        without.map(({ skuId, reasons }) => [skuId, reasons]),
      );
      expect(exempted.every(({ state }) => state === 'heldBack')).toBe(true);
    });
  });

  it('the order of assignments and of SKUs does not matter', () => {
    check((found, given) => {
      expect(
        find(
          { ...found, assignments: [...found.assignments].reverse() },
          { ...given, skus: [...given.skus].reverse() },
        ).map(({ skuId, state, reasons }) => [
          skuId,
          state,
          reasons.map(({ type, since, other }) => [type, since, other]),
        ]),
      ).toEqual(
        find(found, given).map(({ skuId, state, reasons }) => [
          skuId,
          state,
          reasons.map(({ type, since, other }) => [type, since, other]),
        ]),
      );
    });
  });

  it('what is used is never called unused', () => {
    check((found, given) => {
      const { limits, reports } = candidateContext(given);
      for (const { skuId, reasons } of find(found, given)) {
        const status = bestStatus(
          found.assignments
            .filter(path => path.skuId === skuId)
            .map(path => assignmentStatus(path, limits, reports.unreported)),
        );
        const isCalledUnused = reasons.some(({ type }) =>
          ['neverActive', 'inactive'].includes(type),
        );
        expect(
          isCalledUnused &&
            ['active', 'inGrace', 'notMeasurable'].includes(status),
        ).toBe(false);
      }
    });
  });
});
