import { mockServices } from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import type { CatalogProcessorCache } from '@backstage/plugin-catalog-node';
import type { AccountMatch } from 'backstage-plugin-m365-licenses-common';
import { createServer, type Server } from 'node:http';
import { AccountAnnotationProcessor } from './AccountAnnotationProcessor';

const USER_ID = 'graph.microsoft.com/user-id';
const TENANT_ID = 'graph.microsoft.com/tenant-id';
const PRINCIPAL_NAME = 'microsoft365.com/user-principal-name';
const MINUTE = 60_000;

const maya: AccountMatch = {
  tenant: 'contoso',
  tenantId: 'contoso-id',
  userId: 'maya-id',
  userPrincipalName: 'maya@contoso.com',
  email: 'maya@contoso.com',
};

function user(overrides: {
  annotations?: Record<string, string>;
  email?: string | number;
  kind?: string;
}): Entity {
  return {
    apiVersion: 'backstage.io/v1alpha1',
    kind: overrides.kind ?? 'User',
    metadata: {
      name: 'maya',
      annotations: { 'example.com/team': 'sales', ...overrides.annotations },
    },
    spec: {
      memberOf: [],
      ...(overrides.email === undefined
        ? {}
        : { profile: { email: overrides.email } }),
    },
  };
}

/** Keeps what was set from one processing to the next, as the catalog does. */
function createCache(): CatalogProcessorCache {
  const values = new Map<string, string>();
  return {
    get: async key => {
      const value = values.get(key);
      return value === undefined ? undefined : JSON.parse(value);
    },
    set: async (key, value) => {
      values.set(key, JSON.stringify(value));
    },
  };
}

describe('AccountAnnotationProcessor', () => {
  let server: Server;
  let baseUrl: string;
  let asked: URLSearchParams[];
  let answer: { status: number; matches: AccountMatch[] };
  let now: number;
  const logger = mockServices.logger.mock();
  const location = { type: 'url', target: 'https://example.com/org.yaml' };

  beforeEach(async () => {
    asked = [];
    answer = { status: 200, matches: [maya] };
    now = 0;
    jest.clearAllMocks();
    server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      asked.push(url.searchParams);
      const status = url.pathname === '/account-matches' ? answer.status : 404;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify(
          status === 200
            ? { items: answer.matches }
            : { error: { name: 'Error', message: 'the database is away' } },
        ),
      );
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const port = address && typeof address === 'object' ? address.port : 0;
    baseUrl = `http://127.0.0.1:${port}`;
  });

  afterEach(
    () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );

  function createProcessor() {
    return AccountAnnotationProcessor.create({
      auth: mockServices.auth(),
      discovery: mockServices.discovery.mock({
        getBaseUrl: async () => baseUrl,
      }),
      logger,
      now: () => now,
    });
  }

  function run(
    entity: Entity,
    cache: CatalogProcessorCache = createCache(),
    processor = createProcessor(),
  ): Promise<Entity> {
    return processor.preProcessEntity(
      entity,
      location,
      jest.fn(),
      location,
      cache,
    );
  }

  it('annotates a user found by email', async () => {
    const entity = user({ email: 'maya@contoso.com' });
    await expect(run(entity)).resolves.toEqual({
      ...entity,
      metadata: {
        name: 'maya',
        annotations: {
          'example.com/team': 'sales',
          [USER_ID]: 'maya-id',
          [TENANT_ID]: 'contoso-id',
        },
      },
    });
    expect(asked.map(String)).toEqual(['email=maya%40contoso.com']);
  });

  it('asks by the user principal name of the annotation rather than by email', async () => {
    await run(
      user({
        annotations: { [PRINCIPAL_NAME]: 'maya@contoso.onmicrosoft.com' },
        email: 'maya@contoso.com',
      }),
    );
    expect(asked.map(String)).toEqual([
      'userPrincipalName=maya%40contoso.onmicrosoft.com',
    ]);
  });

  it.each([
    ['names its account', user({ annotations: { [USER_ID]: 'other-id' } })],
    ['has no email', user({})],
    ['has an email that is no text', user({ email: 5 })],
    ['is no user', user({ kind: 'Group', email: 'sales@contoso.com' })],
  ])('asks nothing about an entity that %s', async (_, entity) => {
    await expect(run(entity)).resolves.toBe(entity);
    expect(asked).toHaveLength(0);
  });

  it('leaves a user without account as it is', async () => {
    answer.matches = [];
    const entity = user({ email: 'maya@contoso.com' });
    await expect(run(entity)).resolves.toBe(entity);
  });

  it('leaves an ambiguous user alone, and says so once', async () => {
    answer.matches = [maya, { ...maya, userId: 'twin-id', tenantId: 'f-id' }];
    const entity = user({ email: 'maya@contoso.com' });
    const cache = createCache();
    await expect(run(entity, cache)).resolves.toBe(entity);
    now = 11 * MINUTE;
    await expect(run(entity, cache)).resolves.toBe(entity);
    expect(asked).toHaveLength(2);
    expect(logger.warn).toHaveBeenCalledTimes(1);
    expect(logger.warn).toHaveBeenCalledWith(
      expect.stringContaining('user:default/maya is left without account'),
    );
  });

  it('finds the account in the tenant that the entity names', async () => {
    answer.matches = [maya, { ...maya, userId: 'twin-id', tenantId: 'f-id' }];
    const processed = await run(
      user({
        email: 'maya@contoso.com',
        annotations: { [TENANT_ID]: 'F-ID' },
      }),
    );
    expect(processed.metadata.annotations).toMatchObject({
      [USER_ID]: 'twin-id',
    });
  });

  it('believes a match for an hour and a miss for a minute', async () => {
    const entity = user({ email: 'maya@contoso.com' });
    const cache = createCache();
    answer.matches = [];
    await run(entity, cache);
    now = MINUTE - 1;
    await run(entity, cache);
    expect(asked).toHaveLength(1);

    now = MINUTE;
    answer.matches = [maya];
    await run(entity, cache);
    expect(asked).toHaveLength(2);
    now = 61 * MINUTE - 1;
    const kept = await run(entity, cache);
    expect(asked).toHaveLength(2);
    expect(kept.metadata.annotations).toMatchObject({ [USER_ID]: 'maya-id' });

    now = 61 * MINUTE;
    answer.matches = [];
    await expect(run(entity, cache)).resolves.toBe(entity);
    expect(asked).toHaveLength(3);
  });

  it('asks at once when the entity gives another email', async () => {
    const cache = createCache();
    await run(user({ email: 'maya@contoso.com' }), cache);
    answer.matches = [];
    const entity = user({ email: 'm.lopez@contoso.com' });
    await expect(run(entity, cache)).resolves.toBe(entity);
    expect(asked).toHaveLength(2);
  });

  it('keeps the last known match while the plugin fails, and says so once', async () => {
    const entity = user({ email: 'maya@contoso.com' });
    const other = user({ email: 'adele@contoso.com' });
    const cache = createCache();
    const processor = createProcessor();
    await run(entity, cache, processor);

    now = 61 * MINUTE;
    answer.status = 500;
    const kept = await run(entity, cache, processor);
    expect(kept.metadata.annotations).toMatchObject({ [USER_ID]: 'maya-id' });
    // Not asked again for every entity: that would hold up the catalog.
    await expect(run(other, createCache(), processor)).resolves.toBe(other);
    expect(asked).toHaveLength(2);

    now = 62 * MINUTE;
    await run(entity, cache, processor);
    expect(asked).toHaveLength(3);
    expect(logger.warn).toHaveBeenCalledTimes(1);

    now = 63 * MINUTE;
    answer.status = 200;
    await run(entity, cache, processor);
    expect(logger.info).toHaveBeenCalledWith(
      'The m365-licenses plugin answers again',
    );
  });

  it('does not fail when the plugin cannot be reached', async () => {
    baseUrl = 'http://127.0.0.1:1';
    const entity = user({ email: 'maya@contoso.com' });
    await expect(run(entity)).resolves.toBe(entity);
    expect(logger.warn).toHaveBeenCalledTimes(1);
  });
});
