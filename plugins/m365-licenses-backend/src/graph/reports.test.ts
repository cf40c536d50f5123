import { ServerResponse } from 'node:http';
import { Simulator, startSimulator } from 'graph-simulator';
import { createGraphConnection } from './connection';
import { ActiveUserRow, ReportBatch, ReportStream } from './types';
import { configOf } from './__testUtils__/tenant';
import {
  FakeServer,
  Handler,
  noWaiting,
  recordingLogger,
  sendError,
  startGraph,
  startServer,
} from './__testUtils__/fakeGraph';

const stops: Array<() => Promise<void>> = [];

afterEach(async () => {
  await Promise.all(stops.splice(0).map(stop => stop()));
});

const COLUMNS = [
  'Report Refresh Date',
  'User Principal Name',
  'Display Name',
  'Is Deleted',
  'Exchange Last Activity Date',
  'OneDrive Last Activity Date',
  'SharePoint Last Activity Date',
  'Skype For Business Last Activity Date',
  'Yammer Last Activity Date',
  'Teams Last Activity Date',
  'Assigned Products',
];

function line(number: number): string {
  return `2026-11-20,person${number}@contoso.example,"Person, ${number}",False,2026-11-19,,,,,2026-11-18,E3+VISIO`;
}

function csv(rows: string[], columns = COLUMNS): string {
  return `\uFEFF${[columns.join(','), ...rows].join('\r\n')}\r\n`;
}

function lines(count: number): string[] {
  return Array.from({ length: count }, (_, index) => line(index + 1));
}

/** A Graph that redirects to a download host which answers as the test says. */
async function fakeReport(handler: Handler, locationOf = defaultLocation) {
  const downloads = await startServer(handler);
  stops.push(downloads.stop);
  const graph = await startGraph((_request, response) => {
    response.writeHead(302, { location: locationOf(downloads) });
    response.end();
  });
  stops.push(graph.stop);
  const limits = noWaiting();
  const logger = recordingLogger();
  const connection = createGraphConnection(graph.config, { logger, limits });
  return { graph, downloads, connection, limits, logger };
}

function defaultLocation(downloads: FakeServer): string {
  return `${downloads.url}/data/download/secret-location`;
}

function sendCsv(response: ServerResponse, text: string) {
  response.writeHead(200, { 'content-type': 'application/octet-stream' });
  response.end(text);
}

/** Tells a length and cuts the connection after a part of it. */
function cutAfter(response: ServerResponse, text: string, length: number) {
  const bytes = Buffer.from(text);
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': String(bytes.length),
  });
  response.write(bytes.subarray(0, length), () =>
    setImmediate(() => response.destroy()),
  );
}

async function collect<Row>(
  stream: ReportStream<Row>,
): Promise<ReportBatch<Row> & { batches: number }> {
  const all: ReportBatch<Row> & { batches: number } = {
    rows: [],
    malformed: [],
    batches: 0,
  };
  for await (const batch of stream) {
    all.rows.push(...batch.rows);
    all.malformed.push(...batch.malformed);
    all.batches += 1;
  }
  return all;
}

function row(number: number): ActiveUserRow {
  return {
    line: number + 1,
    reportRefreshDate: '2026-11-20',
    userPrincipalName: `person${number}@contoso.example`,
    displayName: `Person, ${number}`,
    isDeleted: false,
    lastActivityDates: {
      exchange: '2026-11-19',
      oneDrive: null,
      sharePoint: null,
      skypeForBusiness: null,
      yammer: null,
      teams: '2026-11-18',
    },
  };
}

describe('the active user report', () => {
  it('is read by column name, past a byte order mark', async () => {
    const quoted = COLUMNS.map(column => `"${column}"`);
    const { connection } = await fakeReport((_request, response) =>
      sendCsv(response, csv(lines(2), quoted)),
    );
    const { rows, malformed } = await collect(
      connection.activeUserDetail('D180'),
    );
    expect(malformed).toEqual([]);
    expect(rows).toEqual([row(1), row(2)]);
  });

  it('asks Graph with the token and the download host without', async () => {
    const { graph, downloads, connection } = await fakeReport(
      (_request, response) => sendCsv(response, csv(lines(1))),
    );
    await collect(connection.activeUserDetail('D30'));
    expect(graph.calls()).toHaveLength(1);
    expect(graph.calls()[0].path).toBe(
      "/v1.0/reports/getOffice365ActiveUserDetail(period='D30')",
    );
    expect(graph.calls()[0].headers.authorization).toMatch(/^Bearer /);
    expect(downloads.requests).toHaveLength(1);
    expect(downloads.requests[0].headers.authorization).toBeUndefined();
  });

  it('may have its columns in any order, and more of them', async () => {
    const order = [...COLUMNS.keys()].reverse();
    const values = [
      '2026-11-20',
      'person1@contoso.example',
      '"Person, 1"',
      'False',
      '2026-11-19',
      '',
      '',
      '',
      '',
      '2026-11-18',
      'E3',
    ];
    const { connection } = await fakeReport((_request, response) =>
      sendCsv(
        response,
        csv(
          [`something new,${order.map(index => values[index]).join(',')}`],
          ['Copilot Last Activity Date', ...order.map(index => COLUMNS[index])],
        ),
      ),
    );
    const { rows } = await collect(connection.activeUserDetail('D180'));
    expect(rows).toEqual([row(1)]);
  });

  it('is refused when columns are missing, naming them', async () => {
    const { connection, downloads } = await fakeReport((_request, response) =>
      sendCsv(
        response,
        csv(['2026-11-20'], [COLUMNS[0], ...COLUMNS.slice(2, 9)]),
      ),
    );
    await expect(
      collect(connection.activeUserDetail('D180')),
    ).rejects.toMatchObject({
      kind: 'report',
      message:
        'Reading the report getOffice365ActiveUserDetail failed: the report lacks the columns "User Principal Name", "Teams Last Activity Date"',
    });
    expect(downloads.requests).toHaveLength(1);
  });

  it('sets malformed rows apart, with their lines and without what they hold', async () => {
    const { connection } = await fakeReport((_request, response) =>
      sendCsv(
        response,
        csv([
          line(1),
          line(2).replace('2026-11-18', '2026-02-30'),
          line(3).replace('2026-11-20', ''),
          line(4).replace('False', 'Private'),
          line(5).replace('person5@contoso.example', ''),
          '2026-11-20,private@contoso.example',
          `${line(7)},private`,
          line(8).replace('Person, 8', 'Per\nson'),
          line(9).replace('2026-11-19', '19.11.2026'),
          line(10).replace('"Person, 10"', 'Per"so"n'),
        ]),
      ),
    );
    const { rows, malformed } = await collect(
      connection.activeUserDetail('D180'),
    );
    expect(rows.map(each => [each.line, each.displayName])).toEqual([
      [2, 'Person, 1'],
      [10, 'Per\nson'],
      [12, 'Per"so"n'],
    ]);
    const at = (number: number) =>
      `getOffice365ActiveUserDetail line ${number}`;
    expect(malformed).toEqual([
      { place: at(3), problem: 'Teams Last Activity Date is not a date' },
      { place: at(4), problem: 'Report Refresh Date is empty' },
      { place: at(5), problem: 'Is Deleted is neither True nor False' },
      { place: at(6), problem: 'User Principal Name is empty' },
      { place: at(7), problem: 'it has 2 columns, the header 11' },
      { place: at(8), problem: 'it has 12 columns, the header 11' },
      { place: at(11), problem: 'Exchange Last Activity Date is not a date' },
    ]);
  });

  it('comes in batches, no faster than they are taken', async () => {
    const enough = 100_000_000;
    let sent = 0;
    const { connection } = await fakeReport((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      response.write(csv([]));
      const chunk = `${line(1)}${'+MORE'.repeat(200)}\n`.repeat(50);
      const more = () => {
        while (sent < enough && !response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) {
            response.once('drain', more);
            return;
          }
        }
      };
      more();
    });
    const stream = connection.activeUserDetail('D180');
    const iterator = stream[Symbol.asyncIterator]();
    const { value } = await iterator.next();
    expect(value.rows).toHaveLength(1_000);
    const before = sent;
    let turns = 0;
    let last = sent;
    while (turns++ < 1_000 && sent < enough) {
      await new Promise(resolve => setImmediate(resolve));
      turns = sent === last ? turns : 0;
      last = sent;
    }
    expect(sent - before).toBeLessThan(enough / 4);
    await iterator.return?.();
  });

  it('closes the download when the caller stops', async () => {
    const closed = jest.fn();
    const { connection } = await fakeReport((_request, response) => {
      response.once('close', closed);
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      response.write(csv(lines(1_500)));
    });
    for await (const batch of connection.activeUserDetail('D180')) {
      expect(batch.rows).toHaveLength(1_000);
      break;
    }
    await until(() => closed.mock.calls.length === 1);
  });

  it('stops at once when aborted', async () => {
    const controller = new AbortController();
    const reason = new Error('the task was stopped');
    const { connection } = await fakeReport((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      response.write(csv(lines(10)));
      setImmediate(() => controller.abort(reason));
    });
    await expect(
      collect(
        connection.activeUserDetail('D180', { signal: controller.signal }),
      ),
    ).rejects.toBe(reason);
  });

  it('may be empty but for its header', async () => {
    const { connection } = await fakeReport((_request, response) =>
      sendCsv(response, csv([])),
    );
    expect(await collect(connection.activeUserDetail('D180'))).toMatchObject({
      rows: [],
      batches: 0,
    });
  });
});

describe('a download', () => {
  it('is begun again, at a new address, when it is cut before rows were handed on', async () => {
    let attempts = 0;
    const { graph, connection, limits } = await fakeReport(
      (_request, response) =>
        attempts++ < 2
          ? cutAfter(response, csv(lines(900)), 20_000)
          : sendCsv(response, csv(lines(900))),
    );
    const { rows } = await collect(connection.activeUserDetail('D180'));
    expect(rows).toHaveLength(900);
    expect(graph.calls()).toHaveLength(3);
    expect(limits.waits).toEqual([1_000, 2_000]);
  });

  it('is not begun again when rows were handed on', async () => {
    const text = csv(lines(3_000));
    const { graph, connection } = await fakeReport((_request, response) =>
      cutAfter(response, text, text.length - 5_000),
    );
    const rows: ActiveUserRow[] = [];
    const reading = async () => {
      for await (const batch of connection.activeUserDetail('D180')) {
        rows.push(...batch.rows);
      }
    };
    await expect(reading()).rejects.toMatchObject({
      kind: 'report',
      message: expect.stringContaining('ended early'),
    });
    expect(rows).toHaveLength(2_000);
    expect(graph.calls()).toHaveLength(1);
  });

  it.each([
    ['nothing', ''],
    ['half a header', '\uFEFFReport Refresh Date,User Prin'],
    ['a last line without its end', `${csv(lines(5))}2026-11-20,person6@c`],
    ['a date without its end', csv(lines(5)).slice(0, -30)],
    ['an open quote', `${csv(lines(5))}2026-11-20,person6@c,"Perso`],
  ])('has ended early with %s', async (_case, text) => {
    const { connection, downloads } = await fakeReport((_request, response) =>
      sendCsv(response, text),
    );
    const error = await collect(connection.activeUserDetail('D180')).catch(
      thrown => thrown,
    );
    expect(error).toMatchObject({ kind: 'report' });
    expect(error.message).not.toContain('person6');
    expect(downloads.requests.length).toBeGreaterThan(0);
  });

  it('may end without a line feed', async () => {
    const { connection } = await fakeReport((_request, response) =>
      sendCsv(response, csv(lines(5)).trimEnd()),
    );
    expect(
      (await collect(connection.activeUserDetail('D180'))).rows,
    ).toHaveLength(5);
  });

  it('is asked for anew when its address has expired, patiently when throttled', async () => {
    let attempts = 0;
    const { graph, connection, limits } = await fakeReport(
      (_request, response) => {
        attempts += 1;
        if (attempts === 1) {
          sendError(response, 403, 'AuthenticationFailed', 'Expired.');
        } else if (attempts === 2) {
          sendError(response, 429, 'TooManyRequests', 'Later.', {
            'retry-after': '300',
          });
        } else {
          sendCsv(response, csv(lines(1)));
        }
      },
    );
    expect(
      (await collect(connection.activeUserDetail('D180'))).rows,
    ).toHaveLength(1);
    expect(graph.calls()).toHaveLength(3);
    expect(limits.waits).toEqual([1_000, 300_000]);
  });

  it('is given up in the end, without telling its address', async () => {
    const { connection, logger } = await fakeReport((_request, response) =>
      sendError(response, 404, 'NotFound', 'Gone.'),
    );
    const error = await collect(connection.activeUserDetail('D180')).catch(
      thrown => thrown,
    );
    expect(error).toMatchObject({ kind: 'report', status: 404 });
    expect(
      `${error.stack} ${JSON.stringify(error)} ${logger.lines}`,
    ).not.toContain('secret-location');
  });

  it('follows redirects', async () => {
    const { connection, downloads } = await fakeReport((request, response) => {
      if (request.path.endsWith('/whole')) {
        sendCsv(response, csv(lines(1)));
      } else {
        response.writeHead(307, { location: '/whole' });
        response.end();
      }
    });
    expect(
      (await collect(connection.activeUserDetail('D180'))).rows,
    ).toHaveLength(1);
    expect(downloads.requests.map(each => each.headers.authorization)).toEqual([
      undefined,
      undefined,
    ]);
  });

  it.each([
    'http://reports.example/x',
    'file:///etc/passwd',
    'ftp://127.0.0.1',
  ])('is refused at %s', async location => {
    const { connection } = await fakeReport(
      (_request, response) => sendCsv(response, ''),
      () => location,
    );
    await expect(
      collect(connection.activeUserDetail('D180')),
    ).rejects.toMatchObject({
      kind: 'answer',
      message: expect.stringContaining('not a safe address'),
    });
  });

  it('must be redirected to', async () => {
    const graph = await startGraph((_request, response) =>
      sendCsv(response, csv(lines(1))),
    );
    stops.push(graph.stop);
    const connection = createGraphConnection(graph.config, {
      logger: recordingLogger(),
    });
    await expect(
      collect(connection.activeUserDetail('D180')),
    ).rejects.toMatchObject({ kind: 'answer' });
  });

  it('needs Reports.Read.All', async () => {
    const graph = await startGraph((_request, response) =>
      sendError(response, 403, 'UnknownError', 'S2SUnauthorized'),
    );
    stops.push(graph.stop);
    const connection = createGraphConnection(graph.config, {
      logger: recordingLogger(),
    });
    await expect(
      collect(connection.emailAppUsageDetail('D180')),
    ).rejects.toMatchObject({
      kind: 'permission',
      mend: expect.stringContaining('Reports.Read.All'),
    });
  });
});

describe('the email app usage report', () => {
  it('gives the last activity only where Outlook was used', async () => {
    const header =
      'Report Refresh Date,User Principal Name,Display Name,Is Deleted,Deleted Date,Last Activity Date,Mail For Mac,Outlook For Mac,Outlook For Windows,Outlook For Mobile,Other For Mobile,Outlook For Web,POP3 App,IMAP4 App,SMTP App,Report Period';
    const { connection } = await fakeReport((_request, response) =>
      sendCsv(
        response,
        csv(
          [
            '2026-11-20,a@x,A,False,,2026-11-19,,,ProPlus,,,,,,,180',
            '2026-11-20,b@x,B,False,,2026-11-18,Yes,,,,Yes,,Yes,Yes,Yes,180',
            '2026-11-20,c@x,,True,2026-10-01,2026-09-30,,,,,,Yes,,,,180',
            '2026-11-20,d@x,D,False,,,,,,,,,,,,180',
          ],
          header.split(','),
        ),
      ),
    );
    const { rows } = await collect(connection.emailAppUsageDetail('D180'));
    expect(
      rows.map(each => [
        each.userPrincipalName,
        each.displayName,
        each.isDeleted,
        each.outlookLastActivityDate,
      ]),
    ).toEqual([
      ['a@x', 'A', false, '2026-11-19'],
      ['b@x', 'B', false, null],
      ['c@x', null, true, '2026-09-30'],
      ['d@x', 'D', false, null],
    ]);
  });
});

describe('the reports of a simulated tenant', () => {
  let simulator: Simulator;

  beforeEach(async () => {
    simulator = await startSimulator({ accounts: 300 });
    stops.push(() => simulator.stop());
  });

  function connect() {
    return createGraphConnection(configOf(simulator), {
      logger: recordingLogger(),
      limits: noWaiting(),
    });
  }

  it('are read whole, and the token stays with Graph', async () => {
    const connection = connect();
    const active = await collect(connection.activeUserDetail('D180'));
    const mail = await collect(connection.emailAppUsageDetail('D180'));
    expect(active.malformed).toEqual([]);
    expect(mail.malformed).toEqual([]);
    expect(active.rows.length).toBeGreaterThan(200);
    expect(
      active.rows.some(each => each.lastActivityDates.teams !== null),
    ).toBe(true);
    expect(mail.rows.some(each => each.outlookLastActivityDate)).toBe(true);
    expect(simulator.requests.bearerSentToDownloadHost).toBe(0);
  });

  it('are read with columns in the opposite order and with broken rows', async () => {
    const connection = connect();
    const whole = await collect(connection.activeUserDetail('D180'));
    simulator.faults.reports = { reverseColumns: true, malformedRows: 4 };
    const read = await collect(connection.activeUserDetail('D180'));
    expect(read.malformed).toHaveLength(4);
    expect(read.rows.map(each => ({ ...each, line: 0 }))).toEqual(
      whole.rows.map(each => ({ ...each, line: 0 })),
    );
  });

  it('are refused without a column', async () => {
    simulator.faults.reports = { dropColumns: ['Teams Last Activity Date'] };
    await expect(
      collect(connect().activeUserDetail('D180')),
    ).rejects.toMatchObject({
      kind: 'report',
      message: expect.stringContaining('Teams Last Activity Date'),
    });
  });

  it.each(['connection', 'row'] as const)(
    'are refused when truncated (%s)',
    async truncate => {
      simulator.faults.reports = { truncate };
      await expect(
        collect(connect().activeUserDetail('D180')),
      ).rejects.toMatchObject({
        kind: 'report',
        message: expect.stringContaining('ended early'),
      });
    },
  );
});

async function until(condition: () => boolean) {
  while (!condition()) {
    await new Promise(resolve => setImmediate(resolve));
  }
}
