import { mockServices } from '@backstage/backend-test-utils';
import {
  RECLAMATION_OUTCOMES,
  type Reclamation,
  type ReclamationItem,
} from 'backstage-plugin-m365-licenses-common';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import type { LicenseActionOptions } from '../licenseManager';

export const E5 = '06ebc4ee-1bb5-47dd-8120-11324bc54e06';
export const VISIO = 'c5928f49-12ba-48f7-ada3-0d743a3601d5';

export const TENANTS = 'GET /tenants';
export const PREVIEW = 'POST /tenants/contoso/reclamation-previews';
export const PLAN = 'POST /tenants/contoso/reclamations';
export const READ = 'GET /tenants/contoso/reclamations/reclamation-1';
export const EXECUTE =
  'POST /tenants/contoso/reclamations/reclamation-1/execute';
export const CANCEL = 'POST /tenants/contoso/reclamations/reclamation-1/cancel';
export const ITEMS = 'GET /tenants/contoso/reclamation-items';

export interface Asked {
  /** Method and path, without the query. */
  call: string;
  query: Record<string, string>;
  authorization: string | undefined;
  body: unknown;
}

type Answer = { status: number; body: unknown } | 'cut';

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

export function refusal(status: number, name: string, message: string): Answer {
  return {
    status,
    body: { error: { name, message }, response: { statusCode: status } },
  };
}

const maya = {
  id: 'maya-id',
  userPrincipalName: 'maya@contoso.com',
  displayName: 'Maya Lopez',
};

export const adele = {
  id: 'adele-id',
  userPrincipalName: 'adele@contoso.com',
  displayName: 'Adele Vance',
};

/** A license of a plan. */
export function item(
  overrides: Partial<ReclamationItem> = {},
): ReclamationItem {
  return {
    id: 'item-1',
    reclamation: {
      id: 'reclamation-1',
      kind: 'reclaim',
      reason: 'Left the company',
      createdBy: 'user:default/mock',
      approvedBy: null,
      startedBy: null,
    },
    account: maya,
    skuId: E5,
    skuPartNumber: 'SPE_E5',
    displayName: 'Microsoft 365 E5',
    path: {
      type: 'direct',
      group: null,
      state: 'Active',
      error: null,
      disabledPlans: [],
      assignedAt: null,
    },
    evidence: {
      reasons: [],
      heldBack: [],
      lastActivityDate: null,
      evaluatedAt: null,
    },
    outcome: 'planned',
    message: 'Will be removed.',
    requestId: null,
    startedAt: null,
    finishedAt: null,
    restored: null,
    restorableUntil: null,
    ...overrides,
  };
}

export const reclaimed = item({
  outcome: 'reclaimed',
  message: 'Removed: Microsoft no longer has it assigned.',
  requestId: 'ms-request-1',
});

export const inherited = item({
  id: 'item-2',
  skuId: VISIO,
  displayName: 'Visio Plan 2',
  path: {
    ...item().path,
    type: 'group',
    group: {
      id: 'group-id',
      name: 'Engineering',
      leaving: 'possible',
      owners: [],
      otherLicenses: [],
    },
  },
  outcome: 'inheritedFromGroup',
  message: 'Left alone: the group "Engineering" grants it.',
});

export function countsOf(items: ReclamationItem[]): Reclamation['counts'] {
  return RECLAMATION_OUTCOMES.map(outcome => ({
    outcome,
    items: items.filter(each => each.outcome === outcome).length,
  })).filter(count => count.items > 0);
}

/** A plan with licenses, which its creator may approve and carry out. */
export function plan(
  items: ReclamationItem[],
  overrides: Partial<Reclamation> = {},
): Reclamation {
  const accounts = new Map(items.map(({ account }) => [account.id, account]));
  return {
    id: 'reclamation-1',
    tenant: 'contoso',
    kind: 'reclaim',
    mode: 'immediate',
    status: 'planned',
    origin: 'users',
    reason: 'Left the company',
    leaveGroups: false,
    createdBy: 'user:default/mock',
    createdAt: '2026-11-20T10:00:00Z',
    expiresAt: '2026-11-27T10:00:00Z',
    approvedBy: null,
    approvedAt: null,
    startedBy: null,
    startedAt: null,
    finishedAt: null,
    canceledBy: null,
    answerUntil: null,
    problem: null,
    restoreOf: null,
    policyId: null,
    account: accounts.size === 1 ? items[0].account : null,
    accounts: accounts.size,
    items: items.length,
    counts: countsOf(items),
    restorable: { items: 0, until: null },
    allowed: ['approve', 'execute', 'cancel'],
    ...overrides,
  };
}

export function running(...items: ReclamationItem[]): Reclamation {
  return plan(items, { status: 'running', allowed: ['pause', 'cancel'] });
}

export function finished(...items: ReclamationItem[]): Reclamation {
  return plan(items, {
    status: 'finished',
    finishedAt: '2026-11-20T10:00:05Z',
    allowed: ['restore'],
  });
}

/** A server that plays the REST API, by the answers it is given. */
export class PlayedApi {
  readonly asked: Asked[] = [];
  /** What is answered in turn, by method and path; the last one stays. */
  readonly answers: Record<string, Answer[]> = {};
  /** What the list of items holds, which is filtered by plan and outcome. */
  items: ReclamationItem[] = [];
  /** Is told of each request before it is answered. */
  onAsked: (call: string) => void = () => {};
  readonly #server: Server;

  static async start(): Promise<PlayedApi> {
    const api = new PlayedApi();
    await new Promise<void>(resolve => {
      api.#server.listen(0, '127.0.0.1', resolve);
    });
    return api;
  }

  private constructor() {
    this.answers[TENANTS] = [
      ok({ items: [{ name: 'contoso' }], totalItems: 1 }),
    ];
    this.#server = createServer(async (request, response) => {
      const url = new URL(request.url ?? '', 'http://api.invalid');
      const call = `${request.method} ${url.pathname}`;
      const body = await text(request);
      const query = Object.fromEntries(url.searchParams);
      this.asked.push({
        call,
        query,
        authorization: request.headers.authorization,
        body: body ? JSON.parse(body) : undefined,
      });
      this.onAsked(call);
      const answer = this.#answerTo(call, query);
      if (answer === 'cut') {
        request.socket.destroy();
        return;
      }
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
    });
  }

  #answerTo(call: string, query: Record<string, string>): Answer {
    const queue = this.answers[call];
    if (queue) {
      return (queue.length > 1 ? queue.shift() : queue[0]) ?? 'cut';
    }
    if (call === ITEMS) {
      const items = this.items.filter(
        ({ outcome, reclamation }) =>
          outcome === query.outcome && reclamation.id === query.reclamationId,
      );
      return ok({
        items: items.slice(0, Number(query.limit)),
        totalItems: items.length,
      });
    }
    return refusal(404, 'NotFoundError', `There is no ${call}`);
  }

  /** How to reach it, without waiting between attempts. */
  options(waitsMs?: LicenseActionOptions['waitsMs']): LicenseActionOptions {
    const address = this.#server.address();
    const port = address && typeof address === 'object' ? address.port : 0;
    return {
      auth: mockServices.auth(),
      discovery: mockServices.discovery.mock({
        getBaseUrl: async pluginId => {
          expect(pluginId).toBe('m365-licenses');
          return `http://127.0.0.1:${port}`;
        },
      }),
      waitsMs: waitsMs ?? { unavailable: [1, 1], poll: [1] },
    };
  }

  /** Method and path of what was asked, in turn. */
  calls(): string[] {
    return this.asked.map(({ call }) => call);
  }

  /** The bodies sent with a call, in turn. */
  bodies(call: string): unknown[] {
    return this.asked
      .filter(asked => asked.call === call)
      .map(({ body }) => body);
  }

  stop(): Promise<void> {
    return new Promise(resolve => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}
