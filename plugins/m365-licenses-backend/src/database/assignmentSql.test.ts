import { SERVICES } from 'backstage-plugin-m365-licenses-common';
import fc from 'fast-check';
import { z } from 'zod/v3';
import { activityLimits, daysBefore } from '../insights/activity';
import {
  assignmentStatus,
  BEST_FIRST,
  bestStatus,
} from '../insights/assignments';
import {
  assignmentStatusSql,
  lastActivitySql,
  licenseStatusSql,
} from './assignmentSql';
import { fromMask, SERVICE_COLUMNS, toMask } from './services';
import { returned } from './sql';
import { E3, testDatabases } from './__testUtils__/records';

jest.setTimeout(120_000);

const { ids, open } = testDatabases();

const TODAY = '2026-11-22';
// Few days, so that a day is often the one on which a threshold falls.
const day = fc
  .integer({ min: -1, max: 6 })
  .map(days => daysBefore(TODAY, days));
const path = fc.record({
  services: fc.option(fc.subarray([...SERVICES])),
  lastActivityDate: fc.option(day),
  assignedOn: day,
});
const threshold = fc.record({
  today: fc.constant(TODAY),
  inactiveAfterDays: fc.integer({ min: 1, max: 5 }),
  graceDays: fc.integer({ min: 0, max: 5 }),
});
const unreported = fc.oneof(
  fc.constant([]),
  fc.subarray([...SERVICES], { maxLength: 2 }),
);

const ACCOUNT = {
  tenant: 'contoso',
  hash: '',
  user_principal_name: '',
  display_name: '',
  display_name_key: '',
  principal_name_key: '',
  user_type: 'member',
  first_seen_at: '',
  enabled: true,
  licensed: true,
};

it('each service has its own bit', () => {
  for (const service of SERVICES) {
    expect(fromMask(toMask([service]))).toEqual([service]);
  }
  expect(toMask(SERVICES)).toBe(127);
});

describe.each(ids)('the SQL of assignments on %s', id => {
  it('says of their status what the functions say', async () => {
    const { knex } = await open(id);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(path, { minLength: 1, maxLength: 3 }), {
          minLength: 1,
          maxLength: 10,
        }),
        threshold,
        unreported,
        async (accounts, days, missing) => {
          await knex('assignments').delete();
          await knex('assignments').insert(
            accounts.flatMap((paths, account) =>
              paths.map((each, index) => ({
                tenant: 'contoso',
                account,
                sku_id: E3,
                group_id: String(index),
                state: 'Active',
                disabled_plans: '[]',
                services: each.services && toMask(each.services),
                last_activity_date: each.lastActivityDate,
                assigned_on: each.assignedOn,
              })),
            ),
          );
          const limits = activityLimits(days);
          const expected = accounts.map(paths =>
            paths.map(each => assignmentStatus(each, limits, missing)),
          );

          const found: { place: number }[] = await knex('assignments')
            .orderBy(['account', 'group_id'])
            .select({ place: assignmentStatusSql(knex, limits, missing) });
          expect(found.map(({ place }) => BEST_FIRST[place])).toEqual(
            expected.flat(),
          );
          for (const status of BEST_FIRST) {
            const holders: { account: number }[] = await knex('assignments')
              .groupBy('account')
              .having(licenseStatusSql(knex, status, limits, missing))
              .orderBy('account')
              .select('account');
            expect(holders.map(({ account }) => account)).toEqual(
              [...expected.keys()].filter(
                account => bestStatus(expected[account]) === status,
              ),
            );
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('finds the last activity in the services of a license alone', async () => {
    const { knex } = await open(id);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(day), {
          minLength: SERVICES.length,
          maxLength: SERVICES.length,
        }),
        fc.option(fc.subarray([...SERVICES])),
        async (dates, services) => {
          await knex('accounts').delete();
          await knex('accounts').insert({
            ...ACCOUNT,
            id: 'a',
            ...Object.fromEntries(
              SERVICES.map((service, index) => [
                SERVICE_COLUMNS[service].date,
                dates[index],
              ]),
            ),
          });
          const mask = services ? String(toMask(services)) : 'null';
          const [{ last }] = await returned(
            knex.raw(
              `select ${lastActivitySql(
                knex,
                `cast(${mask} as integer)`,
                'a',
              )} as last from accounts as a`,
            ),
            z.object({ last: z.string().nullable() }),
          );
          expect(last).toBe(
            SERVICES.flatMap((service, index) =>
              services?.includes(service) ? dates[index] ?? [] : [],
            )
              .sort()
              .at(-1) ?? null,
          );
        },
      ),
      { numRuns: 40 },
    );
  });
});
