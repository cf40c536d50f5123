import { ACTIVITY_STATUSES } from 'backstage-plugin-m365-licenses-common';
import fc from 'fast-check';
import {
  activityLimits,
  activityStatus,
  daysBefore,
  serviceActivityStatus,
} from '../insights/activity';
import { accountStatusSql, serviceStatusSql } from './activityStatusSql';
import { testDatabases } from './__testUtils__/records';

jest.setTimeout(120_000);

const { ids, open } = testDatabases();

const TODAY = '2026-11-22';
const day = fc
  .integer({ min: -2, max: 40 })
  .map(days => daysBefore(TODAY, days));
const use = fc.record({
  lastActivityDate: fc.option(day),
  licensed: fc.boolean(),
  licensedSince: fc.option(day),
});
const threshold = fc.record({
  today: fc.constant(TODAY),
  inactiveAfterDays: fc.integer({ min: 1, max: 40 }),
  graceDays: fc.integer({ min: 0, max: 40 }),
});

describe.each(ids)('the SQL of activity statuses on %s', id => {
  it('says what the functions say', async () => {
    const { knex } = await open(id);
    await fc.assert(
      fc.asyncProperty(
        fc.array(use, { minLength: 1, maxLength: 25 }),
        threshold,
        fc.boolean(),
        async (uses, days, hasReports) => {
          await knex('accounts').delete();
          for (const [index, each] of uses.entries()) {
            await knex('accounts').insert({
              tenant: 'contoso',
              id: String(index),
              hash: '',
              user_principal_name: '',
              display_name: '',
              display_name_key: '',
              principal_name_key: '',
              user_type: 'member',
              first_seen_at: '',
              enabled: true,
              licensed: each.licensed,
              licensed_since: each.licensedSince,
              last_activity_date: each.lastActivityDate,
            });
          }
          const limits = activityLimits(days);
          for (const status of ACTIVITY_STATUSES) {
            const found: { id: string }[] = await knex('accounts')
              .where(accountStatusSql(knex, status, limits, hasReports))
              .orderBy('number')
              .select('id');
            expect(found.map(row => Number(row.id))).toEqual(
              [...uses.keys()].filter(
                index =>
                  activityStatus(uses[index], limits, hasReports) === status,
              ),
            );
          }
          for (const status of ['active', 'inactive', 'neverActive'] as const) {
            const found: { id: string }[] = await knex('accounts')
              .where(
                serviceStatusSql(knex, status, 'last_activity_date', limits),
              )
              .orderBy('number')
              .select('id');
            expect(found.map(row => Number(row.id))).toEqual(
              [...uses.keys()].filter(
                index =>
                  serviceActivityStatus(
                    uses[index].lastActivityDate,
                    limits,
                  ) === status,
              ),
            );
          }
        },
      ),
      { numRuns: 25 },
    );
  });
});
