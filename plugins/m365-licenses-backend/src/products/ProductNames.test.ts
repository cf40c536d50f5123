import type {
  LoggerService,
  SchedulerServiceTaskInvocationDefinition,
} from '@backstage/backend-plugin-api';
import { mockServices } from '@backstage/backend-test-utils';
import { PRODUCTS, type Simulator, startSimulator } from 'graph-simulator';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { testDatabases } from '../database/__testUtils__/records';
import type { Stores } from '../database/types';
import { ProductNames, type ProductNamesOptions } from './ProductNames';

jest.setTimeout(60_000);

const { ids, open } = testDatabases();
const TASK_ID = 'm365-licenses:product-names';
const PRODUCT_COUNT = Object.keys(PRODUCTS).length;
const E3 = PRODUCTS.SPE_E3.skuId;
const FIRST = new Date('2026-11-22T10:00:00.000Z');
const SECOND = new Date('2026-11-23T10:00:00.000Z');

let simulator: Simulator;
let url: string;
const servers: Server[] = [];

beforeAll(async () => {
  simulator = await startSimulator({ accounts: 20 });
  url = `${simulator.url}/product-names.csv`;
});
afterEach(() => {
  simulator.faults.clear();
  simulator.requests.reset();
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});
afterAll(() => simulator.stop());

/** A download host that answers as told; returns its address. */
async function host(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}/names.csv`;
}

/** The refresh as the scheduler runs it. */
async function schedule(
  stores: Stores,
  options: Partial<ProductNamesOptions> & { url?: string } = {},
) {
  const tasks: SchedulerServiceTaskInvocationDefinition[] = [];
  const triggered: string[] = [];
  const scheduler = mockServices.scheduler.mock({
    scheduleTask: async task => {
      tasks.push(task);
    },
    triggerTask: async id => {
      triggered.push(id);
    },
  });
  const logged: string[] = [];
  const log =
    (level: string): LoggerService['warn'] =>
    message => {
      logged.push(`${level}: ${message}`);
    };
  let now = FIRST;
  await ProductNames.create({
    store: stores.products,
    config: { enabled: true, url: options.url ?? url },
    scheduler,
    logger: mockServices.logger.mock({
      info: log('info'),
      warn: log('warn'),
      error: log('error'),
    }),
    now: () => now,
    ...options,
  }).schedule();
  return {
    tasks,
    triggered,
    logged,
    warnings: () => logged.filter(line => line.startsWith('warn: ')),
    async refresh(at = FIRST, signal = new AbortController().signal) {
      now = at;
      await tasks[0].fn(signal);
    },
  };
}

describe('ProductNames', () => {
  const [[id]] = ids;

  it('is refreshed at the start and every day by one replica', async () => {
    const { stores } = await open(id);
    const { tasks, triggered } = await schedule(stores);
    expect(tasks).toMatchObject([
      { id: TASK_ID, scope: 'global', frequency: { hours: 24 } },
    ]);
    expect(triggered).toEqual([TASK_ID]);
  });

  it('is refreshed as configured, or not at all', async () => {
    const { stores } = await open(id);
    const daily = {
      frequency: { cron: '0 6 * * *' },
      timeout: { minutes: 1 },
    };
    const configured = await schedule(stores, {
      config: { enabled: true, url, schedule: daily },
    });
    expect(configured.tasks).toMatchObject([daily]);
    const off = await schedule(stores, { config: { enabled: false, url } });
    expect(off.tasks).toEqual([]);
    expect(off.triggered).toEqual([]);
  });

  it('starts where another replica is at it already', async () => {
    const { stores } = await open(id);
    const scheduler = mockServices.scheduler.mock({
      scheduleTask: async () => {},
      triggerTask: async () => {
        throw new Error('running already');
      },
    });
    await expect(schedule(stores, { scheduler })).resolves.toBeDefined();
  });

  it('leaves no problem behind when the portal stops', async () => {
    const { stores } = await open(id);
    const stopping = new AbortController();
    const silent = await host(() => stopping.abort());
    const { refresh, logged } = await schedule(stores, { url: silent });
    await refresh(FIRST, stopping.signal);
    expect(logged).toEqual([]);
    expect(await stores.products.state()).toMatchObject({ problem: null });
  });

  it('follows redirects, but not to plain http elsewhere', async () => {
    const { stores } = await open(id);
    const safe = await host((_request, response) => {
      response.writeHead(302, { location: url }).end();
    });
    await (await schedule(stores, { url: safe })).refresh();
    expect((await stores.products.names()).size).toBe(PRODUCT_COUNT);

    for (const [location, named] of [
      ['http://example.com/names.csv', 'http://example.com'],
      ['file:///etc/passwd', 'file://'],
      ['http://[', 'an address that is none'],
    ]) {
      const unsafe = await host((_request, response) => {
        response.writeHead(302, { location }).end();
      });
      const { refresh } = await schedule(stores, { url: unsafe });
      await refresh();
      expect((await stores.products.state()).problem).toEqual({
        message: `Product names are not up to date: ${
          new URL(unsafe).host
        } sends to ${named}, which is not fetched from: only https is`,
        mend: 'Set m365Licenses.productNames.url to the present address of the file or to a copy of it.',
      });
    }

    const round = await host((request, response) => {
      response.writeHead(302, { location: request.url }).end();
    });
    await (await schedule(stores, { url: round })).refresh();
    expect((await stores.products.state()).problem?.message).toMatch(
      /from address to address without end$/,
    );
  });

  it('stops reading what is far too large', async () => {
    const { stores } = await open(id);
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    let isClosed = false;
    const endless = await host((_request, response) => {
      const write = () => {
        while (!isClosed && response.write(chunk));
      };
      response.on('drain', write).on('close', () => {
        isClosed = true;
      });
      write();
    });
    await (await schedule(stores, { url: endless })).refresh();
    expect((await stores.products.state()).problem?.message).toMatch(
      /sends more than 20 MB$/,
    );
  });

  it('says when nobody answers', async () => {
    const { stores } = await open(id);
    const gone = await host(() => {});
    await new Promise(resolve => {
      servers.splice(0)[0].close(resolve);
    });
    await (await schedule(stores, { url: gone })).refresh();
    expect((await stores.products.state()).problem?.message).toBe(
      `Product names are not up to date: ${
        new URL(gone).host
      } gave no complete answer (ECONNREFUSED)`,
    );
  });
});

describe.each(ids)('ProductNames on %s', id => {
  it('reads the list, and does not read it again while it is unchanged', async () => {
    const { knex, stores } = await open(id);
    const { refresh, logged } = await schedule(stores);
    await refresh(FIRST);
    expect((await stores.products.names()).get(E3)).toBe('Microsoft 365 E3');
    expect(await knex('product_plans').where({ product_id: E3 })).toHaveLength(
      PRODUCTS.SPE_E3.plans.length,
    );
    const state = await stores.products.state();
    expect(state).toEqual({
      capturedAt: FIRST.toISOString(),
      products: PRODUCT_COUNT,
      source: {
        url,
        etag: expect.stringMatching(/^".+"$/),
        lastModified: null,
      },
      problem: null,
    });
    expect(logged).toEqual([
      `info: Product names: ${PRODUCT_COUNT} products read`,
    ]);

    const statements: string[] = [];
    knex.on('query', ({ sql }) => statements.push(sql));
    await refresh(SECOND);
    expect(simulator.requests.entries.map(({ status }) => status)).toEqual([
      200, 304,
    ]);
    expect(statements.length).toBeGreaterThan(0);
    expect(statements.filter(sql => !/^select/i.test(sql))).toEqual([]);
    expect(await stores.products.state()).toEqual(state);
    expect(logged).toHaveLength(1);
  });

  it.each([
    [
      'lacks a column',
      { dropColumns: ['GUID'] },
      'the list lacks the column GUID',
      'Look at the file at m365Licenses.productNames.url; if Microsoft has changed it, look for a newer version of this plugin.',
    ],
    [
      'ends in the middle of a row',
      { truncate: 'row' as const },
      'the list is cut off: its last row is incomplete',
      'It is fetched again at the next time.',
    ],
    [
      'breaks off',
      { truncate: 'connection' as const },
      'HOST gave no complete answer (UND_ERR_SOCKET)',
      expect.stringMatching(/^It is fetched again at the next time\./),
    ],
    [
      'is not there',
      { status: 404 },
      'HOST answers with status 404',
      'Set m365Licenses.productNames.url to the present address of the file or to a copy of it.',
    ],
    [
      'cannot be had',
      { status: 503 },
      'HOST answers with status 503',
      expect.stringMatching(/^It is fetched again at the next time\./),
    ],
  ])(
    'keeps the last good copy when the file %s, and says so once',
    async (_what, fault, problem, mend) => {
      const { stores } = await open(id);
      const { refresh, logged, warnings } = await schedule(stores);
      await refresh(FIRST);
      const good = await stores.products.state();
      const names = await stores.products.names();

      simulator.faults.productNames = fault;
      const message = `Product names are not up to date: ${problem.replace(
        'HOST',
        new URL(url).host,
      )}`;
      await refresh(SECOND);
      await refresh(SECOND);
      expect(await stores.products.state()).toEqual({
        ...good,
        problem: { message, mend },
      });
      expect(await stores.products.names()).toEqual(names);
      expect(warnings()).toEqual([
        expect.stringContaining(
          `${message}. The ${PRODUCT_COUNT} names read on 2026-11-22 stay in use.`,
        ),
      ]);

      simulator.faults.clear();
      await refresh(SECOND);
      expect(await stores.products.state()).toEqual(good);
      expect(logged.at(-1)).toBe(warnings()[0]);
    },
  );

  it('says without a good copy that there is none', async () => {
    const { stores } = await open(id);
    simulator.faults.productNames = { dropColumns: ['String_Id'] };
    const { refresh, warnings } = await schedule(stores);
    await refresh();
    expect(await stores.products.names()).toEqual(new Map());
    expect(await stores.products.state()).toMatchObject({
      capturedAt: null,
      products: 0,
      source: null,
      problem: { message: expect.stringMatching(/String_Id$/) },
    });
    expect(warnings()).toEqual([
      expect.stringContaining(
        'Common products have their names, others their part numbers.',
      ),
    ]);
  });

  it('refuses a list that lost half of its products, unless it is of another address', async () => {
    const { stores } = await open(id);
    const whole = await (await fetch(url)).text();
    let list = whole;
    const shrinking: RequestListener = (_request, response) => {
      response.end(list);
    };
    const address = await host(shrinking);
    const { refresh } = await schedule(stores, { url: address });
    await refresh(FIRST);

    const [header, ...rows] = whole.split('\r\n');
    const isKept = (row: string) => row === '' || row.includes(`,${E3},`);
    list = [header, ...rows.filter(isKept)].join('\r\n');
    await refresh(SECOND);
    expect(await stores.products.state()).toMatchObject({
      capturedAt: FIRST.toISOString(),
      products: PRODUCT_COUNT,
      problem: {
        message: `Product names are not up to date: the list has 1 products, fewer than half of the ${PRODUCT_COUNT} known before`,
      },
    });

    const moved = await schedule(stores, { url: await host(shrinking) });
    await moved.refresh(SECOND);
    expect(await stores.products.state()).toMatchObject({
      capturedAt: SECOND.toISOString(),
      products: 1,
      problem: null,
    });
  });

  it('asks a new address for the whole file, whatever it knows of the old one', async () => {
    const { stores } = await open(id);
    await (await schedule(stores)).refresh(FIRST);
    const asked: (string | undefined)[] = [];
    const other = await host((request, response) => {
      const { 'if-none-match': etag, 'if-modified-since': since } =
        request.headers;
      asked.push(etag, since);
      response
        .writeHead(since ? 304 : 302, {
          location: url,
          'last-modified': 'Sun, 22 Nov 2026 10:00:00 GMT',
        })
        .end();
    });
    await (await schedule(stores, { url: other })).refresh(SECOND);
    expect(asked).toEqual([undefined, undefined]);
    expect(await stores.products.state()).toMatchObject({
      capturedAt: SECOND.toISOString(),
      source: { url: other },
    });
  });

  it('recognizes an unchanged file by its date where there is no tag', async () => {
    const { stores } = await open(id);
    const whole = await (await fetch(url)).text();
    const lastModified = 'Sun, 22 Nov 2026 10:00:00 GMT';
    const statuses: number[] = [];
    const dated = await host((request, response) => {
      const isKnown = request.headers['if-modified-since'] === lastModified;
      statuses.push(isKnown ? 304 : 200);
      response
        .writeHead(isKnown ? 304 : 200, { 'last-modified': lastModified })
        .end(isKnown ? undefined : whole);
    });
    const { refresh } = await schedule(stores, { url: dated });
    await refresh(FIRST);
    await refresh(SECOND);
    expect(statuses).toEqual([200, 304]);
    expect(await stores.products.state()).toMatchObject({
      capturedAt: FIRST.toISOString(),
      source: { etag: null, lastModified },
    });
  });

  it('fails without the list in its message when it cannot be stored', async () => {
    const { knex, stores } = await open(id);
    await knex.schema.renameTable('product_plans', 'away');
    const { refresh } = await schedule(stores);
    const error = await refresh().catch(String);
    expect(error).toMatch(
      /^Error: Product names could not be stored: .*product_plans/,
    );
    expect(String(error).length).toBeLessThan(300);
    await knex.schema.renameTable('away', 'product_plans');
    expect(await stores.products.state()).toMatchObject({ capturedAt: null });
  });
});
