import fc from 'fast-check';
import { noWaiting, recordingLogger } from './__testUtils__/fakeGraph';
import { parseRetryAfter, Patience, retryLimits, RetryLimits } from './retry';

describe('parseRetryAfter', () => {
  const now = Date.UTC(2026, 10, 22, 12, 0, 0);

  it.each([
    ['1', 1_000],
    ['0', 0],
    ['2.128', 2_128],
    [' 240 ', 240_000],
    ['Sun, 22 Nov 2026 12:05:00 GMT', 300_000],
    ['Sunday, 22-Nov-26 12:05:00 GMT', 300_000],
    ['Sun, 22 Nov 2026 11:00:00 GMT', 0],
    ['', undefined],
    [null, undefined],
    ['-5', undefined],
    ['1e3', undefined],
    ['soon', undefined],
    ['2026', 2_026_000],
    ['Sun, 99 Foo 2026', undefined],
  ])('reads %j as %s ms', (header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected);
  });

  it('reads any number of seconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 9 }), ms => {
        expect(parseRetryAfter(String(ms / 1_000), now)).toBeCloseTo(ms, -1);
      }),
    );
  });

  it('reads any date of the future, to the second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 6 }), seconds => {
        const date = new Date(now + seconds * 1_000).toUTCString();
        expect(parseRetryAfter(date, now)).toBe(seconds * 1_000);
      }),
    );
  });

  it('never gives anything but a whole number that is not negative', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^\d{1,400}(\.\d+)?$/)),
        header => {
          const ms = parseRetryAfter(header, now) ?? 0;
          expect(Number.isSafeInteger(ms)).toBe(true);
          expect(ms).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});

describe('Patience', () => {
  const operation = {
    what: 'Reading',
    permission: 'User.Read.All',
    grantee: 'application' as const,
  };

  function patience(limits: Partial<RetryLimits>, signal?: AbortSignal) {
    return new Patience({
      operation,
      limits: retryLimits(limits),
      logger: recordingLogger(),
      signal,
    });
  }

  async function waitsFor(
    retryAfterMs: number | undefined,
    given: Partial<RetryLimits> = {},
  ) {
    const limits = { ...noWaiting(), ...given };
    const subject = patience(limits);
    while (
      await subject.outlast({ kind: 'throttled', what: '429', retryAfterMs })
    ) {
      expect(limits.waits.length).toBeLessThan(100);
    }
    return limits.waits.map(ms => ms / 1_000);
  }

  it('grows its waits where Microsoft names none, for longer than ten minutes', async () => {
    const waits = await waitsFor(undefined);
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 120, 120, 120, 120]);
    expect(waits.reduce((a, b) => a + b)).toBeGreaterThan(600);
  });

  it('does not hammer when Retry-After is always 1', async () => {
    expect((await waitsFor(1_000)).slice(0, 6)).toEqual([1, 2, 4, 8, 16, 32]);
  });

  it('honours more than three minutes', async () => {
    expect(await waitsFor(600_000)).toEqual([600]);
  });

  it('does not begin a wait that goes beyond the ceiling', async () => {
    expect(await waitsFor(901_000)).toEqual([]);
    expect(await waitsFor(901_000, { totalWaitMs: 1_000_000 })).toEqual([901]);
  });

  it('adds jitter, never less than asked for', async () => {
    const [short] = await waitsFor(10_000, { random: () => 0.999 });
    expect(short).toBeCloseTo(12, 1);
    const [long] = await waitsFor(600_000, { random: () => 0.999 });
    expect(long).toBeCloseTo(605, 1);
  });

  it('gives up on connections sooner than on throttling', async () => {
    const limits = noWaiting();
    const subject = patience(limits);
    while (await subject.outlast({ kind: 'connection', what: 'cut' })) {
      expect(limits.waits.length).toBeLessThan(100);
    }
    expect(limits.waits).toHaveLength(3);
    expect(subject.spent).toBe('gave up after 4 attempts and 7 s of waiting');
  });

  it('stops waiting at once when aborted', async () => {
    const controller = new AbortController();
    const subject = patience({}, controller.signal);
    const waiting = subject.outlast({
      kind: 'throttled',
      what: '429',
      retryAfterMs: 600_000,
    });
    const reason = new Error('the task was stopped');
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });
});
