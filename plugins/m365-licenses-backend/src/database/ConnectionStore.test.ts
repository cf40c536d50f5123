import type { CheckUp } from 'backstage-plugin-m365-licenses-common';
import { AT, testDatabases } from './__testUtils__/records';

jest.setTimeout(60_000);

const { ids, open } = testDatabases();

const HOUR = 3_600_000;
const hoursLater = (hours: number) => new Date(AT.getTime() + hours * HOUR);
const EXPIRED = {
  message: 'The client secret of contoso has expired',
  code: 'AADSTS7000222',
  mend: 'Make a new client secret',
  requestId: 'r-1',
};

const checkAt = (at: Date): CheckUp => ({
  checkedAt: at.toISOString(),
  findings: [
    {
      id: 'permissions',
      purpose: 'sync',
      task: 'application-roster',
      status: 'failing',
      title: 'User.Read.All is missing',
      detail: 'Accounts cannot be read',
      steps: [
        { text: 'Grant User.Read.All', command: null },
        { text: 'or in a shell', command: 'az ad app permission add' },
      ],
      requestId: 'r-2',
    },
    {
      id: 'token',
      purpose: 'reclamation',
      task: null,
      status: 'ok',
      title: 'Microsoft gives a token',
      detail: '',
      steps: [],
      requestId: null,
    },
  ],
});

describe.each(ids)('ConnectionStore on %s', id => {
  it('remembers a refusal since when the same one began', async () => {
    const { stores } = await open(id);
    const refusals = stores.connections.refusals('contoso', 'sync', HOUR);
    expect(await refusals.current()).toBeUndefined();
    await refusals.remember(EXPIRED, AT);
    expect(await refusals.current()).toEqual({
      ...EXPIRED,
      since: AT.toISOString(),
      retryAt: hoursLater(1).toISOString(),
    });

    await refusals.remember({ ...EXPIRED, requestId: 'r-9' }, hoursLater(1));
    expect(await refusals.current()).toEqual({
      ...EXPIRED,
      requestId: 'r-9',
      since: AT.toISOString(),
      retryAt: hoursLater(2).toISOString(),
    });

    const revoked = {
      message: 'Revoked',
      code: null,
      mend: null,
      requestId: null,
    };
    await refusals.remember(revoked, hoursLater(2));
    await refusals.remember(revoked, hoursLater(3));
    expect(await refusals.current()).toEqual({
      ...revoked,
      since: hoursLater(2).toISOString(),
      retryAt: hoursLater(4).toISOString(),
    });

    await refusals.forget();
    expect(await refusals.current()).toBeUndefined();
    await refusals.forget();
  });

  it('keeps refusals of tenants and purposes apart, and retries all of a tenant', async () => {
    const { stores } = await open(id);
    const { connections } = stores;
    const sync = connections.refusals('contoso', 'sync', HOUR);
    const reclamation = connections.refusals('contoso', 'reclamation', HOUR);
    const other = connections.refusals('fabrikam', 'sync', HOUR);
    await sync.remember(EXPIRED, AT);
    await reclamation.remember(EXPIRED, hoursLater(-2));
    await other.remember(EXPIRED, AT);

    const now = new Date(AT.getTime() + 60_000);
    await connections.retryNow('contoso', now);
    expect((await sync.current())?.retryAt).toBe(now.toISOString());
    // This one was due already.
    expect((await reclamation.current())?.retryAt).toBe(
      hoursLater(-1).toISOString(),
    );
    expect((await other.current())?.retryAt).toBe(hoursLater(1).toISOString());

    await sync.forget();
    expect(await reclamation.current()).toMatchObject(EXPIRED);
    await connections.retryNow('nobody', now);
  });

  it('takes the same refusal from replicas at once', async () => {
    const { stores } = await open(id);
    const refusals = stores.connections.refusals('contoso', 'sync', HOUR);
    await refusals.remember(EXPIRED, AT);
    await Promise.all(
      Array.from({ length: 8 }, () =>
        refusals.remember(EXPIRED, hoursLater(1)),
      ),
    );
    expect(await refusals.current()).toMatchObject({
      since: AT.toISOString(),
      retryAt: hoursLater(2).toISOString(),
    });
  });

  it('keeps the last check-up and gives back the one before', async () => {
    const { stores } = await open(id);
    const { connections } = stores;
    expect(await connections.check('contoso')).toBeUndefined();
    expect(await connections.saveCheck('contoso', checkAt(AT))).toBeUndefined();
    expect(await connections.check('contoso')).toEqual(checkAt(AT));
    expect(
      await connections.saveCheck('contoso', checkAt(hoursLater(1))),
    ).toEqual(checkAt(AT));
    expect(await connections.check('contoso')).toEqual(checkAt(hoursLater(1)));
    expect(await connections.check('fabrikam')).toBeUndefined();
  });

  it('gives each of several check-ups at once another one before', async () => {
    const { stores } = await open(id);
    const { connections } = stores;
    const hours = [1, 2, 3, 4, 5, 6];
    const before = await Promise.all(
      hours.map(hour =>
        connections.saveCheck('contoso', checkAt(hoursLater(hour))),
      ),
    );
    const last = await connections.check('contoso');
    expect(
      [...before, last].map(check => check?.checkedAt ?? 'none').sort(),
    ).toEqual([...hours.map(hour => hoursLater(hour).toISOString()), 'none']);
  });

  it.each([
    ['text cut short', '{"checkedAt":'],
    [
      'an empty finding',
      '{"checkedAt":"2026-11-22T10:00:00.000Z","findings":[{}]}',
    ],
    [
      'an unknown finding',
      JSON.stringify(checkAt(AT)).replace('"token"', '"horoscope"'),
    ],
  ])('counts %s as no check-up', async (_, check_up) => {
    const { stores, knex } = await open(id);
    const { connections } = stores;
    await knex('connection_checks').insert({ tenant: 'contoso', check_up });
    expect(await connections.check('contoso')).toBeUndefined();
    expect(await connections.saveCheck('contoso', checkAt(AT))).toBeUndefined();
    expect(await connections.check('contoso')).toEqual(checkAt(AT));
  });
});
