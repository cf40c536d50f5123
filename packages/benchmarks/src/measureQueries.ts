/*
 * Fills a database and asks for what the pages show, as often as told; a
 * process of its own, started by queries.ts.
 */
import { createStores } from 'backstage-plugin-m365-licenses-backend/src/database';
import { PRODUCTS, type Tenant } from 'graph-simulator';
import type { Knex } from 'knex';
import { evaluationOf, scheduler } from './evaluation';
import { dayAgo, fill, groupOf, TENANT } from './fill';
import { startPlugin } from './plugin';
import { answerJob } from './processes';
import { type DatabaseConfig, openDatabase } from './scratch';

export interface QueriesJob {
  accounts: number;
  runs: number;
  database: DatabaseConfig;
}

/** What asking for something took, the medians of all runs. */
export interface QueryTime {
  name: string;
  /** Once, just after something was written of the tenant: nothing is kept. */
  firstMs: number;
  /** From the request to the whole answer. */
  ms: number;
  /** Of it, while the database had something to do. */
  databaseMs: number;
  /** How many rows the whole list has. */
  totalItems: number | null;
}

export interface QueriesResult {
  accounts: number;
  assignments: number;
  times: QueryTime[];
}

/** Rows that are read at most to come to a page in the middle of a list. */
const MIDDLE_ROWS = 20_000;
const LARGEST_PAGE = 500;
const STATUSES = ['active', 'inactive', 'neverActive', 'inGrace'];
const LICENSE_STATUSES = [...STATUSES, 'notMeasurable', 'unknown'];
const REASONS = [
  'disabled',
  'overlap',
  'directAndGroup',
  'neverActive',
  'inactive',
  'downgrade',
];

const say = (text: string) => process.stderr.write(`  ${text}\n`);

/** Adds up the time in which at least one query is under way. */
class DatabaseTime {
  #open = 0;
  #since = 0;
  #ms = 0;

  constructor(knex: Knex) {
    knex.on('query', () => {
      this.#since = this.#open === 0 ? performance.now() : this.#since;
      this.#open += 1;
    });
    const end = () => {
      this.#open -= 1;
      this.#ms += this.#open === 0 ? performance.now() - this.#since : 0;
    };
    knex.on('query-response', end);
    knex.on('query-error', end);
  }

  /** Milliseconds since this was asked last. */
  take(): number {
    const ms = this.#ms;
    this.#ms = 0;
    return ms;
  }
}

/** As if an account had been written, so that everything is counted anew. */
async function touch(knex: Knex): Promise<void> {
  await knex('tenants')
    .where({ tenant: TENANT })
    .update({ modified_at: new Date().toISOString() });
}

function median(values: number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)];
}

/** What is asked for but is no list, by name, below the tenant. */
function answers(tenant: Tenant): [name: string, path: string][] {
  const of = (path: string) => `/tenants/${TENANT}${path}`;
  const e3 = PRODUCTS.SPE_E3.skuId;
  const group = groupOf('Sales').replace(':', '/');
  return [
    ['overview', of('')],
    ['spend', of('/spend')],
    ['history of the tenant', of('/history?days=90')],
    ['history of a license', of(`/history?days=90&skuId=${e3}`)],
    ['history of a group', of(`/history?days=90&group=${groupOf('Sales')}`)],
    ['renewals', of('/renewals')],
    ['candidate summary', of('/candidate-summary')],
    ['licenses', of('/licenses')],
    ['a license', of(`/licenses/${e3}`)],
    ['departments', of('/departments')],
    ...['department', 'country', 'company', 'group'].map(
      (dimension): [string, string] => [
        `spend by ${dimension}`,
        of(`/spend/${dimension}`),
      ],
    ),
    ['roll-up of a group', `/entities/${group}/spend`],
    ['an account', of(`/users/${tenant.accounts[100].id}`)],
    ['back-test', of(`/back-test?on=${dayAgo(90)}&withinDays=60`)],
    ['tasks', of('/tasks')],
  ];
}

/** The lists that pages show, by name, with each filter and each sort. */
function lists(tenant: Tenant): [name: string, path: string][] {
  const e3 = PRODUCTS.SPE_E3.skuId;
  const visio = PRODUCTS.VISIOCLIENT.skuId;
  const yesterday = encodeURIComponent(`${dayAgo(1)}T00:00:00Z`);
  const common = [
    `text=${tenant.accounts[100].surname}`,
    `skuId=${e3}`,
    `skuId=${visio}`,
    'department=Sales',
    `group=${groupOf('Sales')}`,
    `group=${groupOf('Sales', 7)}`,
  ];
  const sorted = (sorts: string[]) =>
    sorts.flatMap(sort => ['asc', 'desc'].map(o => `sort=${sort}&order=${o}`));
  const found: Record<string, string[]> = {
    users: [
      '',
      ...sorted([
        'displayName',
        'userPrincipalName',
        'department',
        'lastActivityDate',
        'createdAt',
        'modifiedAt',
      ]),
      ...common,
      ...STATUSES.map(status => `status=${status}`),
      'status=unlicensed',
      ...LICENSE_STATUSES.map(status => `skuId=${e3}&licenseStatus=${status}`),
      'enabled=false',
      'userType=guest',
      'deleted=true',
      `modifiedSince=${yesterday}`,
      `skuId=${e3}&licenseStatus=inactive&department=Sales&sort=lastActivityDate`,
    ],
    activity: [
      '',
      ...sorted(['displayName', 'lastActivityDate']),
      ...common.slice(0, 4),
      'enabled=false',
      ...STATUSES.slice(0, 3).flatMap(status => [
        `status=${status}`,
        `service=teams&status=${status}`,
      ]),
    ],
    candidates: [
      '',
      ...sorted(['displayName', 'since', 'value']),
      ...common,
      ...REASONS.map(reason => `reason=${reason}`),
      'state=opportunity',
      'state=heldBack',
      'reason=inactive&state=opportunity&sort=value&order=desc',
    ],
    exemptions: [''],
    assignments: ['', `skuId=${visio}`, `modifiedSince=${yesterday}`],
    'suspicious-activities': ['', 'type=unknown', 'type=unrecognized'],
  };
  return Object.entries(found).flatMap(([list, filters]) =>
    filters.map((filter): [string, string] => [
      `${list} ${filter.replace(e3, 'E3').replace(visio, 'Visio')}`.trim(),
      `/tenants/${TENANT}/${list}?${filter && `${filter}&`}limit=`,
    ]),
  );
}

async function measure({
  accounts,
  runs,
  database: config,
}: QueriesJob): Promise<QueriesResult> {
  const database = openDatabase(config);
  const stores = await createStores(database);
  const evaluation = evaluationOf(stores, TENANT);
  const tenant = await fill(stores, {
    accounts,
    evaluate: () => evaluation.evaluate(TENANT),
    say,
  });
  const knex = await database.getClient();
  const [{ assignments }] = await knex('assignments').count({
    assignments: '*',
  });

  const ask = await startPlugin({
    database,
    scheduler,
    settings: {
      tenants: {
        [TENANT]: {
          tenantId: tenant.tenantId,
          clientId: tenant.tenantId,
          clientSecret: 'never used',
        },
      },
    },
    entities: [
      {
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'Group',
        metadata: { namespace: 'default', name: 'sales' },
        spec: { type: 'department', children: [] },
      },
    ],
    logLevel: 'none',
  });

  const databaseTime = new DatabaseTime(knex);
  const times: QueryTime[] = [];
  const time = async (name: string, path: string) => {
    await touch(knex);
    const first = performance.now();
    const { totalItems = null } = await ask<{ totalItems?: number }>(path);
    const firstMs = performance.now() - first;
    const each: { ms: number; databaseMs: number }[] = [];
    for (let run = 0; run < runs; run += 1) {
      databaseTime.take();
      const start = performance.now();
      await ask(path);
      const ms = performance.now() - start;
      each.push({ ms, databaseMs: databaseTime.take() });
    }
    times.push({
      name,
      firstMs,
      ms: median(each.map(({ ms }) => ms)),
      databaseMs: median(each.map(({ databaseMs }) => databaseMs)),
      totalItems,
    });
    return totalItems;
  };
  const middle = async (path: string, totalItems: number) => {
    const rows = Math.min(totalItems / 2, MIDDLE_ROWS);
    const limit = Math.min(LARGEST_PAGE, Math.ceil(rows));
    let cursor = '';
    for (let read = 0; read < rows; read += limit) {
      const page = await ask<{ nextCursor: string }>(
        `${path}${limit}${cursor}`,
      );
      cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
    }
    return cursor;
  };
  /** What cannot be measured is said, and left out. */
  const attempt = async (work: Promise<unknown>) => {
    await work.catch(error => say(String(error)));
  };
  const single = answers(tenant);
  const paged = lists(tenant);
  // Code becomes fast by being run.
  for (const [, path] of [...single, ...paged]) {
    await attempt(ask(path.endsWith('limit=') ? `${path}50` : path));
  }
  for (const [name, path] of single) {
    await attempt(time(name, path));
  }
  for (const [name, path] of paged) {
    await attempt(
      time(name, `${path}50`).then(async totalItems => {
        if (totalItems !== null && totalItems > 100) {
          const cursor = await middle(path, totalItems);
          await time(`${name}, in the middle`, `${path}50${cursor}`);
        }
      }),
    );
  }
  say(`${times.length} measured`);
  return { accounts, assignments: Number(assignments), times };
}

answerJob(measure);
