import { type ActiveAccount, suspicionOf } from './suspicion';

const account: ActiveAccount = {
  userType: 'member',
  enabled: true,
  deleted: false,
  deactivatedAt: null,
  deletedAt: null,
  lastActivityDate: '2026-11-10',
  inCatalog: true,
};

const BEFORE = '2026-11-09T23:59:59.999Z';
const SAME_DAY = '2026-11-10T00:00:00.000Z';

describe('suspicionOf (rule 8)', () => {
  it.each<[string, Partial<ActiveAccount>, ReturnType<typeof suspicionOf>]>([
    ['a member', {}, null],
    ['disabled before', { enabled: false, deactivatedAt: BEFORE }, 'disabled'],
    ['disabled that day', { enabled: false, deactivatedAt: SAME_DAY }, null],
    ['disabled, and enabled again', { deactivatedAt: BEFORE }, null],
    ['disabled, no day known', { enabled: false }, null],
    [
      'disabled without activity',
      { enabled: false, deactivatedAt: BEFORE, lastActivityDate: null },
      null,
    ],
    [
      'deleted before',
      { deleted: true, deletedAt: BEFORE, deactivatedAt: BEFORE },
      'deleted',
    ],
    [
      'deleted that day',
      { deleted: true, deletedAt: SAME_DAY, deactivatedAt: SAME_DAY },
      null,
    ],
    [
      'disabled before, deleted later',
      { deleted: true, deletedAt: SAME_DAY, deactivatedAt: BEFORE },
      'disabled',
    ],
    ['a guest', { userType: 'guest' }, 'guest'],
    ['an idle guest', { userType: 'guest', lastActivityDate: null }, null],
    [
      'a guest disabled before',
      { userType: 'guest', enabled: false, deactivatedAt: BEFORE },
      'disabled',
    ],
    [
      'a guest who is gone',
      { userType: 'guest', deleted: true, deletedAt: SAME_DAY },
      null,
    ],
    ['nobody of the catalog', { inCatalog: false }, null],
  ])('%s', (_, overrides, cause) => {
    expect(
      suspicionOf({ ...account, ...overrides }, { outsideCatalog: false }),
    ).toBe(cause);
  });

  it.each<[string, Partial<ActiveAccount>, ReturnType<typeof suspicionOf>]>([
    ['somebody of the catalog', {}, null],
    ['nobody of the catalog', { inCatalog: false }, 'outsideCatalog'],
    ['a guest', { inCatalog: false, userType: 'guest' }, 'guest'],
    ['without activity', { inCatalog: false, lastActivityDate: null }, null],
    ['gone', { inCatalog: false, deleted: true, deletedAt: SAME_DAY }, null],
  ])('with the catalog as the measure: %s', (_, overrides, cause) => {
    expect(
      suspicionOf({ ...account, ...overrides }, { outsideCatalog: true }),
    ).toBe(cause);
  });
});
