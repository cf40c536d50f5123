import { pipeline } from 'node:stream';
import { parse, Parser } from 'csv-parse';
import {
  errorOfAnswer,
  errorOfConnection,
  GraphError,
  Operation,
  reasonOf,
} from './errors';
import { storable } from './records';
import { parseRetryAfter, Patience, Trouble } from './retry';
import {
  ActiveUserRow,
  EmailAppUsageRow,
  Malformed,
  ReportBatch,
} from './types';

/** What is read from a report, by the names of its columns. */
export interface ReportDefinition<Row> {
  /** Microsoft's name for it, for example `getOffice365ActiveUserDetail`. */
  name: string;
  columns: readonly string[];
  /** @throws CellError when a cell does not hold what it should */
  toRow(cells: Cells, line: number): Row;
}

const NAME_COLUMNS = [
  'Report Refresh Date',
  'User Principal Name',
  'Display Name',
  'Is Deleted',
] as const;

const SERVICE_COLUMNS = {
  exchange: 'Exchange Last Activity Date',
  oneDrive: 'OneDrive Last Activity Date',
  sharePoint: 'SharePoint Last Activity Date',
  skypeForBusiness: 'Skype For Business Last Activity Date',
  yammer: 'Yammer Last Activity Date',
  teams: 'Teams Last Activity Date',
} as const;

const OUTLOOK_COLUMNS = [
  'Outlook For Mac',
  'Outlook For Windows',
  'Outlook For Mobile',
  'Outlook For Web',
] as const;

/** Last activity of every account in six services. */
export const activeUserDetail: ReportDefinition<ActiveUserRow> = {
  name: 'getOffice365ActiveUserDetail',
  columns: [...NAME_COLUMNS, ...Object.values(SERVICE_COLUMNS)],
  toRow: (cells, line) => ({
    ...accountOf(cells, line),
    lastActivityDates: {
      exchange: cells.date(SERVICE_COLUMNS.exchange),
      oneDrive: cells.date(SERVICE_COLUMNS.oneDrive),
      sharePoint: cells.date(SERVICE_COLUMNS.sharePoint),
      skypeForBusiness: cells.date(SERVICE_COLUMNS.skypeForBusiness),
      yammer: cells.date(SERVICE_COLUMNS.yammer),
      teams: cells.date(SERVICE_COLUMNS.teams),
    },
  }),
};

/**
 * Outlook's last activity of every account: the last activity with any mail
 * app, where an Outlook client is among the apps that were used.
 */
export const emailAppUsageDetail: ReportDefinition<EmailAppUsageRow> = {
  name: 'getEmailAppUsageUserDetail',
  columns: [...NAME_COLUMNS, 'Last Activity Date', ...OUTLOOK_COLUMNS],
  toRow(cells, line) {
    const lastActivityDate = cells.date('Last Activity Date');
    return {
      ...accountOf(cells, line),
      outlookLastActivityDate: OUTLOOK_COLUMNS.some(column =>
        cells.text(column),
      )
        ? lastActivityDate
        : null,
    };
  },
};

/** A cell that does not hold what it should; names the column only. */
class CellError extends Error {
  constructor(column: string, problem: string) {
    super(`${column} ${problem}`);
  }
}

function accountOf(cells: Cells, line: number) {
  const reportRefreshDate = cells.date('Report Refresh Date');
  if (!reportRefreshDate) {
    throw new CellError('Report Refresh Date', 'is empty');
  }
  const userPrincipalName = cells.text('User Principal Name');
  if (!userPrincipalName) {
    throw new CellError('User Principal Name', 'is empty');
  }
  return {
    line,
    reportRefreshDate,
    userPrincipalName: storable(userPrincipalName),
    displayName: storable(cells.text('Display Name')) || null,
    isDeleted: cells.flag('Is Deleted'),
  };
}

/** Reads the cells of one row after the other by their columns' names. */
class Cells {
  /** How many columns the header has. */
  readonly width: number;
  record: string[] = [];
  readonly #indexes: Map<string, number>;
  /** The days met so far: a report has hundreds of them, not thousands. */
  readonly #days = new Set<string>();

  /** @throws GraphError when a column is missing */
  constructor(
    definition: { columns: readonly string[] },
    operation: Operation,
    header: string[],
  ) {
    this.width = header.length;
    this.#indexes = new Map(
      header.map((column, index) => [column.trim(), index]),
    );
    const missing = definition.columns.filter(
      column => !this.#indexes.has(column),
    );
    if (missing.length > 0) {
      throw new GraphError(
        `${operation.what} failed: the report lacks ${
          missing.length === 1 ? 'the column' : 'the columns'
        } ${missing.map(column => `"${column}"`).join(', ')}`,
        {
          kind: 'report',
          mend: 'Microsoft has changed this report: look for a newer version of this plugin.',
        },
      );
    }
  }

  text(column: string): string {
    const index = this.#indexes.get(column);
    return index === undefined ? '' : this.record[index].trim();
  }

  /** @returns a calendar day, YYYY-MM-DD, or null where the cell is empty */
  date(column: string): string | null {
    const text = this.text(column);
    if (text === '') {
      return null;
    }
    if (!this.#days.has(text)) {
      if (!isDay(text)) {
        throw new CellError(column, 'is not a date');
      }
      this.#days.add(text);
    }
    return text;
  }

  flag(column: string): boolean {
    const text = this.text(column).toLowerCase();
    if (text !== 'true' && text !== 'false') {
      throw new CellError(column, 'is neither True nor False');
    }
    return text === 'true';
  }
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    return false;
  }
  const day = new Date(`${text}T00:00:00Z`);
  return (
    !Number.isNaN(day.getTime()) && day.toISOString().startsWith(`${text}T`)
  );
}

const BATCH_SIZE = 1_000;
/** A row is a few hundred bytes; more means a quote that is never closed. */
const LONGEST_ROW = 64 * 1024;
const LINE_FEED = 0x0a;
const REDIRECTS = [301, 302, 303, 307, 308];
const MOST_REDIRECTS = 3;

/** A download that another attempt may bring whole. */
class DownloadError extends Error {
  constructor(readonly trouble: Trouble, readonly error: GraphError) {
    super(error.message);
  }
}

/**
 * Downloads a report and reads its rows, a batch at a time and no faster than
 * the batches are taken.
 *
 * @remarks Where the download fails before a batch was handed on, it asks for
 * a new address, which Microsoft keeps valid for some minutes only.
 *
 * @param options.locate - asks Microsoft for the address of the download
 * @param options.acceptsPlainHttp - whether a loopback address without TLS may
 *   be downloaded from
 */
export async function* readReport<Row>(options: {
  definition: ReportDefinition<Row>;
  operation: Operation;
  locate(): Promise<URL>;
  acceptsPlainHttp: boolean;
  patience: Patience;
  signal?: AbortSignal;
}): AsyncGenerator<ReportBatch<Row>, void, undefined> {
  let hasYielded = false;
  for (;;) {
    try {
      const location = await options.locate();
      const body = await download({ ...options, location });
      for await (const batch of readRows({ ...options, body })) {
        hasYielded = true;
        yield batch;
      }
      return;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof DownloadError)) {
        throw error;
      }
      if (hasYielded || !(await options.patience.outlast(error.trouble))) {
        throw error.error;
      }
    }
  }
}

/** Fetches without the token: the address itself is the permission. */
async function download(options: {
  operation: Operation;
  location: URL;
  acceptsPlainHttp: boolean;
  signal?: AbortSignal;
}): Promise<ReadableStream<Uint8Array>> {
  const { operation, acceptsPlainHttp, signal } = options;
  let location = options.location;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    assertSafe(operation, location, acceptsPlainHttp);
    let response: Response;
    try {
      response = await fetch(location, { redirect: 'manual', signal });
    } catch (error) {
      throw new DownloadError(
        { kind: 'connection', what: 'the download failed' },
        errorOfConnection(operation, location.host, error),
      );
    }
    const next = URL.parse(response.headers.get('location') ?? '', location);
    if (REDIRECTS.includes(response.status) && next) {
      await response.body?.cancel();
      location = next;
    } else if (response.ok && response.body) {
      return response.body;
    } else {
      throw await refusedDownload(operation, response);
    }
  }
  throw new GraphError(
    `${operation.what} failed: the download redirects without end`,
    { kind: 'answer' },
  );
}

async function refusedDownload(
  operation: Operation,
  response: Response,
): Promise<DownloadError> {
  const isThrottled = [429, 503, 504].includes(response.status);
  const { message, status, code, graphMessage, requestId, mend } =
    await errorOfAnswer(operation, response, 'this was the download itself');
  return new DownloadError(
    {
      kind: isThrottled ? 'throttled' : 'connection',
      what: `the download host answered ${response.status}`,
      retryAfterMs: parseRetryAfter(
        response.headers.get('retry-after'),
        Date.now(),
      ),
    },
    // No permission mends this: the address itself is the permission
    new GraphError(message, {
      kind: isThrottled ? 'throttled' : 'report',
      status,
      code,
      graphMessage,
      requestId,
      mend: isThrottled ? mend : 'Run the task again.',
    }),
  );
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

function assertSafe(
  operation: Operation,
  location: URL,
  acceptsPlainHttp: boolean,
) {
  const isSafe =
    location.protocol === 'https:' ||
    (location.protocol === 'http:' &&
      acceptsPlainHttp &&
      LOOPBACK.test(location.hostname));
  if (!isSafe) {
    throw new GraphError(
      `${operation.what} failed: Microsoft sends to ${location.protocol}//${location.host}, which is not a safe address`,
      { kind: 'answer' },
    );
  }
}

/** Reads the rows of a download as they come. */
async function* readRows<Row>(options: {
  definition: ReportDefinition<Row>;
  operation: Operation;
  body: ReadableStream<Uint8Array>;
}): AsyncGenerator<ReportBatch<Row>, void, undefined> {
  const { definition, operation, body } = options;
  const endedEarly = (how: string) =>
    new DownloadError(
      { kind: 'connection', what: `the download ended early (${how})` },
      new GraphError(
        `${operation.what} failed: the download ended early (${how})`,
        {
          kind: 'report',
          mend: 'Run the task again.',
        },
      ),
    );
  let lastByte: number | undefined;
  async function* watched() {
    for await (const chunk of body) {
      lastByte = chunk.at(-1) ?? lastByte;
      yield chunk;
    }
  }
  // A failed download destroys the parser, and so reaches the loop below
  const parser = pipeline(watched(), createParser(), () => {});
  let cells: Cells | undefined;
  let isLastMalformed = false;
  let batch: ReportBatch<Row> = { rows: [], malformed: [] };
  try {
    for await (const item of parser) {
      const { record, info }: ParsedRecord = item;
      if (!cells) {
        cells = new Cells(definition, operation, record);
        continue;
      }
      const result = readRow(definition, cells, record, info.lines);
      isLastMalformed = 'problem' in result;
      if ('problem' in result) {
        batch.malformed.push(result);
      } else {
        batch.rows.push(result.row);
      }
      if (batch.rows.length + batch.malformed.length >= BATCH_SIZE) {
        yield batch;
        batch = { rows: [], malformed: [] };
      }
    }
  } catch (error) {
    throw error instanceof GraphError ? error : endedEarly(reasonOf(error));
  }
  if (!cells) {
    throw endedEarly('it is empty');
  }
  if (isLastMalformed && lastByte !== LINE_FEED) {
    throw endedEarly('its last line is incomplete');
  }
  if (batch.rows.length + batch.malformed.length > 0) {
    yield batch;
  }
}

/** What csv-parse gives for a row when asked for `info`. */
interface ParsedRecord {
  record: string[];
  info: { lines: number };
}

function createParser(): Parser {
  return parse({
    bom: true,
    info: true,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_ROW,
  });
}

function readRow<Row>(
  definition: ReportDefinition<Row>,
  cells: Cells,
  record: string[],
  line: number,
): { row: Row } | Malformed {
  const place = `${definition.name} line ${line}`;
  if (record.length !== cells.width) {
    return {
      place,
      problem: `it has ${record.length} columns, the header ${cells.width}`,
    };
  }
  cells.record = record;
  try {
    return { row: definition.toRow(cells, line) };
  } catch (error) {
    if (error instanceof CellError) {
      return { place, problem: error.message };
    }
    throw error;
  }
}
