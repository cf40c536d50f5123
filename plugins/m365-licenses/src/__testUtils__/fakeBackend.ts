import {
  createM365LicensesClient,
  SERVICES,
  SYNC_TASKS,
} from 'backstage-plugin-m365-licenses-common';
import {
  account,
  activityOf,
  backTest,
  candidate,
  candidateSummary,
  connection,
  daysAgo,
  detail,
  E3,
  entitySpend,
  exchangeRates,
  exemption,
  history,
  license,
  licenseDetail,
  minutesAgo,
  overview,
  policy,
  question,
  reclamation,
  reclamationEvent,
  reclamationPreview,
  reclamationSavings,
  reclamationSwitch,
  renewal,
  restoreCheck,
  run,
  spend,
  spendBy,
  suspiciousActivity,
  task,
  tenant,
} from './fixtures';

/** A request as the backend received it. */
export interface Received {
  method: string;
  path: string;
  query: Record<string, string>;
  /** What was sent, parsed; undefined without a body. */
  body: unknown;
}

/** Answers a request with a body, or refuses it with a status and message. */
export type Answer = (request: Received) => object | Refusal | Promise<object>;

class Refusal {
  constructor(readonly status: number, readonly message: string) {}
}

/** A refusal, as the backend's error handler words it. */
export const refuse =
  (status: number, message: string): Answer =>
  () =>
    new Refusal(status, message);

const page = (items: object[]) => ({ items, totalItems: items.length });

const DEFAULTS: Record<string, Answer> = {
  'GET /questions': () => ({ items: [question()] }),
  'GET /me': () => ({
    entityRef: 'user:default/robin',
    kind: 'user',
    accounts: [
      {
        entityRef: 'user:default/robin',
        detail: detail({ mayHandBack: true }),
      },
    ],
    members: 1,
    unmatchedMembers: [],
    inactiveAfterDays: 60,
  }),
  'GET /tenants': () => page([tenant()]),
  'GET /tenants/contoso': () => overview(),
  'GET /tenants/contoso/licenses': () => page([license()]),
  [`GET /tenants/contoso/licenses/${E3}`]: () => licenseDetail(),
  'GET /tenants/contoso/spend': () => spend(),
  'GET /tenants/contoso/renewals': () => page([renewal()]),
  'GET /tenants/contoso/spend/department': () => spendBy(),
  'GET /tenants/contoso/exchange-rates': () => exchangeRates(),
  'GET /tenants/contoso/history': () => history(),
  'GET /tenants/contoso/back-test': () => backTest(),
  'GET /entities/group/default/sales/spend': () => entitySpend(),
  'GET /tenants/contoso/departments': () => page([]),
  'GET /tenants/contoso/users': () => page([account()]),
  'GET /tenants/contoso/users/a1': () => detail(),
  'GET /tenants/contoso/activity': () => ({
    ...page([activityOf(account())]),
    services: SERVICES.map(service => ({
      service,
      active: 9000,
      inactive: 2000,
      neverActive: 800,
    })),
    reportRefreshDate: daysAgo(3),
    historySince: daysAgo(200),
    inactiveAfterDays: 60,
    problem: null,
  }),
  'GET /tenants/contoso/candidates': () => ({
    ...page([candidate()]),
    evaluatedAt: minutesAgo(42),
  }),
  'GET /tenants/contoso/candidate-summary': () => candidateSummary(),
  'GET /tenants/contoso/exemptions': () => page([exemption()]),
  'GET /tenants/contoso/suspicious-activities': () => ({
    ...page([suspiciousActivity()]),
    types: [{ type: 'unauthorized', rows: 1 }],
  }),
  'GET /tenants/contoso/reclamations': () => page([reclamation()]),
  'GET /tenants/contoso/reclamations/r1': () => reclamation(),
  'GET /tenants/contoso/reclamations/r1/events': () =>
    page([reclamationEvent()]),
  'POST /tenants/contoso/reclamations/r1/restore-check': () => restoreCheck(),
  'POST /tenants/contoso/reclamation-previews': () => reclamationPreview(),
  'GET /tenants/contoso/reclamation-savings': () => reclamationSavings(),
  'GET /tenants/contoso/reclamation-switch': () => reclamationSwitch(),
  'GET /tenants/contoso/reclamation-items': () => page([]),
  'GET /tenants/contoso/policies': () => ({ items: [policy()] }),
  'GET /tenants/contoso/tasks': () =>
    page(SYNC_TASKS.map(name => task({ task: name }))),
  'GET /connections': () => page([connection()]),
  'GET /tenants/contoso/connection': () => connection(),
  'GET /tenants/contoso/concealed-activity': () => ({
    rows: 0,
    firstSeenAt: null,
    lastReportDate: null,
  }),
  'GET /tenants/contoso/task-runs': () => page([run()]),
};

/**
 * The REST API at the level of HTTP, from fixtures.
 *
 * @param answers - by method and path, in place of the usual ones
 */
export function createFakeBackend(answers: Record<string, Answer> = {}) {
  const received: Received[] = [];
  const client = createM365LicensesClient({
    baseUrl: 'plugin://m365-licenses',
    fetch: async (input, init) => {
      const url = new URL(String(input));
      const request = {
        method: init?.method ?? 'GET',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        body: init?.body ? JSON.parse(String(init.body)) : undefined,
      };
      received.push(request);
      const key = `${request.method} ${request.path}`;
      const answer = answers[key] ?? DEFAULTS[key];
      const body = answer
        ? await answer(request)
        : new Refusal(404, `Nothing is at ${key}`);
      if (body instanceof Refusal) {
        return Response.json(
          {
            error: { name: 'Error', message: body.message },
            request: { method: request.method, url: request.path },
            response: { statusCode: body.status },
          },
          { status: body.status },
        );
      }
      return Response.json(body, {
        status: request.path.endsWith('/run') ? 202 : 200,
      });
    },
  });
  return {
    client,
    received,
    /** The queries that a path was asked with, oldest first. */
    queriesOf: (path: string) =>
      received.filter(request => request.path === path).map(r => r.query),
  };
}
