import {
  FAILED_OUTCOMES,
  RECLAMATION_OUTCOMES,
} from 'backstage-plugin-m365-licenses-common';
import type { StoredItem, StoredPath } from '../database/types';
import { GraphError, type GraphErrorKind } from '../graph/errors';
import {
  activeSinceSentence,
  exemptedSentence,
  inheritedSentence,
  isDependency,
  isPassing,
  OUTCOME_SENTENCES,
  outcomeOf,
} from './outcomes';

const REQUEST_ID = '6d1b2c3a-0000-4000-a000-000000000001';

type Asked = Pick<StoredItem, 'id' | 'outcome' | 'path' | 'restores'>;

const path: StoredPath = {
  group: null,
  state: 'Active',
  error: null,
  disabledPlans: [],
  assignedAt: null,
};
const group = {
  id: 'group-1',
  name: 'Licenses E3',
  leaving: 'possible' as const,
  owners: [],
  otherSkuIds: [],
};
const direct: Asked = {
  id: 'item-1',
  outcome: 'scheduled',
  path,
  restores: null,
};
const asked: Asked = { ...direct, outcome: 'running' };
const restore: Asked = { ...direct, restores: 'item-0' };

function refusal(
  graphMessage: string,
  options: {
    kind?: GraphErrorKind;
    status?: number;
    code?: string;
    mend?: string;
  } = {},
) {
  const { kind = 'refused', status = 400, ...more } = options;
  return new GraphError(`Changing licenses failed: "${graphMessage}"`, {
    kind,
    status,
    graphMessage,
    requestId: REQUEST_ID,
    ...more,
  });
}

const NOT_ASSIGNED = refusal('User does not have a corresponding license.');
const NOT_FOUND = refusal('Resource does not exist.', {
  kind: 'notFound',
  status: 404,
});

describe('outcomeOf', () => {
  it.each([
    ['gone before it was asked for', NOT_ASSIGNED, direct, 'alreadyGone'],
    ['gone by the call before', NOT_ASSIGNED, asked, 'reclaimed'],
    ['an account that is gone', NOT_FOUND, direct, 'notFound'],
    [
      'no seat',
      refusal('Subscription with SKU x does not have any available licenses.'),
      restore,
      'noSeat',
    ],
    [
      'no such product in the tenant any more, to put back',
      refusal('License x does not correspond to a valid company License.'),
      restore,
      'noSeat',
    ],
    [
      'no usage location',
      refusal(
        'License assignment cannot be done for user with invalid usage location.',
      ),
      restore,
      'noUsageLocation',
    ],
    [
      'throttled out',
      refusal('Too many requests', { kind: 'throttled', status: 429 }),
      direct,
      'throttled',
    ],
  ])('tells apart %s', (_what, error, item, outcome) => {
    expect(outcomeOf(error, item)).toEqual({
      itemId: 'item-1',
      outcome,
      message: OUTCOME_SENTENCES[outcome as keyof typeof OUTCOME_SENTENCES],
      requestId: REQUEST_ID,
    });
  });

  it('keeps the words of Microsoft where something else changes the account', () => {
    const error = refusal('Concurrency violation.', {
      kind: 'conflict',
      status: 409,
      code: 'Directory_ConcurrencyViolation',
    });
    expect(outcomeOf(error, direct)).toMatchObject({
      outcome: 'conflict',
      message: `${OUTCOME_SENTENCES.conflict} Microsoft: "Concurrency violation."`,
      requestId: REQUEST_ID,
    });
    expect(isPassing(error)).toBe(true);
    expect(isDependency(error)).toBe(false);
  });

  it.each([
    [
      direct,
      'License assignment failed because service plan a depends on the service plan(s) b',
      /another license of the account needs it.*Microsoft: ".*depends on/,
    ],
    [
      restore,
      'License assignment failed because service plans a,b are mutually exclusive',
      /excludes it.*Microsoft: ".*mutually exclusive/,
    ],
  ])('says that another license stands in the way', (item, words, message) => {
    const error = refusal(words);
    expect(outcomeOf(error, item)).toMatchObject({
      outcome: 'conflict',
      message: expect.stringMatching(message),
      requestId: REQUEST_ID,
    });
    expect(isDependency(error)).toBe(true);
    expect(isPassing(error)).toBe(false);
  });

  it('says which permission is missing', () => {
    expect(
      outcomeOf(
        refusal('Insufficient privileges to complete the operation.', {
          kind: 'permission',
          status: 403,
          mend: 'Grant the application permission LicenseAssignment.ReadWrite.All.',
        }),
        direct,
      ),
    ).toMatchObject({
      outcome: 'notPermitted',
      message: `${OUTCOME_SENTENCES.notPermitted} Grant the application permission LicenseAssignment.ReadWrite.All.`,
    });
  });

  it('says that a group grants it by now', () => {
    expect(
      outcomeOf(
        refusal(
          'User license is inherited from a group membership and it cannot be removed directly from the user.',
        ),
        direct,
      ),
    ).toMatchObject({
      outcome: 'inheritedFromGroup',
      message: inheritedSentence(path),
      requestId: REQUEST_ID,
    });
  });

  it.each([
    [
      direct,
      refusal('License x does not correspond to a valid company License.'),
    ],
    [direct, refusal('Something new.')],
    [restore, refusal('Service plan a is not part of the license x.')],
  ])('fails otherwise with the words of Microsoft', (item, error) => {
    expect(outcomeOf(error, item)).toEqual({
      itemId: 'item-1',
      outcome: 'failed',
      message: `${OUTCOME_SENTENCES.failed} Microsoft: "${error.graphMessage}"`,
      requestId: REQUEST_ID,
    });
  });

  it('says that Microsoft gave no clear answer', () => {
    const error = refusal('Bad Gateway', { kind: 'answer', status: 502 });
    expect(outcomeOf(error, asked)).toMatchObject({
      outcome: 'failed',
      message: expect.stringMatching(
        /no clear answer.*Microsoft: "Bad Gateway"/,
      ),
      requestId: REQUEST_ID,
    });
    expect(isPassing(error)).toBe(true);
  });

  it('does not repeat the words of an error of its own', () => {
    const { outcome, message, requestId } = outcomeOf(
      new Error('insert into accounts values (maya@contoso.com)'),
      direct,
    );
    expect({ outcome, requestId }).toEqual({
      outcome: 'failed',
      requestId: null,
    });
    expect(message).not.toContain('maya');
  });
});

describe('What an outcome says', () => {
  it('is another sentence for each', () => {
    const sentences = Object.values(OUTCOME_SENTENCES);
    expect(new Set(sentences).size).toBe(RECLAMATION_OUTCOMES.length - 1);
    sentences.forEach(sentence => expect(sentence).toMatch(/^[A-Z].*\.$/));
  });

  it('holds a next step where something was to be done and was not', () => {
    for (const outcome of FAILED_OUTCOMES) {
      expect(OUTCOME_SENTENCES[outcome].split(/[.:] /).length).toBeGreaterThan(
        2,
      );
    }
  });

  it('tells of activity and exemptions since', () => {
    expect(activeSinceSentence('2026-11-20')).toContain('used on 2026-11-20');
    expect(
      exemptedSentence({
        owner: 'user:default/maya',
        reason: 'On parental leave',
      }),
    ).toMatch(/user:default\/maya.*"On parental leave"/);
  });
});

describe('inheritedSentence', () => {
  const owners = ['Maya Lind', 'Tomas Novak'].map(displayName => ({
    id: displayName,
    userPrincipalName: displayName,
    displayName,
  }));

  it('names the group, who owns it, and what leaving it would take besides', () => {
    expect(
      inheritedSentence(
        {
          group: {
            ...group,
            leaving: 'grantsMore',
            owners,
            otherSkuIds: ['visio', 'project'],
          },
        },
        skuId => `the ${skuId}`,
      ),
    ).toBe(
      'Left alone: the group "Licenses E3" grants it. Leaving the group would also take the visio and the project: take the license from the group, or the person out of it if all of that may go. It is owned by Maya Lind and Tomas Novak.',
    );
  });

  it.each([
    ['possible', /"Licenses E3" grants it, and nothing else/],
    ['dynamic', /a rule decides who is a member/],
    ['onPremises', /synced from on premises/],
    ['unknown', /could not be looked up/],
  ] as const)('says what to do with a group that is %s', (leaving, words) => {
    expect(inheritedSentence({ group: { ...group, leaving } })).toMatch(words);
  });

  it('names a group without a name by its id', () => {
    expect(inheritedSentence({ group: { ...group, name: null } })).toContain(
      '"group-1"',
    );
  });
});
