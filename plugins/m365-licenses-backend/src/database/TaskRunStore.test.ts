import type { TaskRunCounts } from 'backstage-plugin-m365-licenses-common';
import { AT, testDatabases } from './__testUtils__/records';

jest.setTimeout(60_000);

const { ids, open } = testDatabases();

const counts: TaskRunCounts = {
  read: 10,
  added: 1,
  changed: 2,
  unchanged: 7,
  gone: 0,
  malformed: 1,
  unmatched: 0,
};
const minutesLater = (minutes: number) =>
  new Date(AT.getTime() + minutes * 60_000);

describe.each(ids)('TaskRunStore on %s', id => {
  it('follows a run from its start to its end', async () => {
    const { stores } = await open(id);
    const { taskRuns } = stores;
    expect(await taskRuns.latest('contoso', 'application-roster')).toEqual({});
    const run = await taskRuns.start('contoso', 'application-roster', AT);
    await taskRuns.progress(run, counts, minutesLater(1));
    const { current } = await taskRuns.latest('contoso', 'application-roster');
    expect(current).toEqual({
      id: run,
      task: 'application-roster',
      status: 'running',
      startedAt: AT.toISOString(),
      finishedAt: null,
      durationMs: null,
      counts,
      leftOut: [],
      malformed: [],
      error: null,
    });

    const end = {
      status: 'partial' as const,
      counts: { ...counts, read: 20 },
      leftOut: [{ what: 'sign-ins', why: 'no P1', mend: 'buy P1' }],
      malformed: [{ place: 'users page 2', problem: 'id is missing' }],
      error: { message: 'm', mend: null, requestId: 'r-1' },
    };
    await taskRuns.finish(run, { ...end, at: minutesLater(2) });
    const ended = {
      id: run,
      task: 'application-roster',
      startedAt: AT.toISOString(),
      finishedAt: minutesLater(2).toISOString(),
      durationMs: 120_000,
      ...end,
    };
    expect(await taskRuns.latest('contoso', 'application-roster')).toEqual({
      last: ended,
      lastSuccessAt: minutesLater(2).toISOString(),
    });

    // What happened is not overwritten.
    await taskRuns.progress(run, counts, minutesLater(3));
    await taskRuns.finish(run, {
      ...end,
      status: 'failed',
      at: minutesLater(3),
    });
    expect((await taskRuns.list('contoso', { limit: 5 })).items).toEqual([
      ended,
    ]);
  });

  it('lists the newest first, by task and status, page by page', async () => {
    const { stores } = await open(id);
    const { taskRuns } = stores;
    for (let minute = 0; minute < 6; minute++) {
      const run = await taskRuns.start(
        'contoso',
        minute % 2 ? 'application-access' : 'application-roster',
        minutesLater(minute),
      );
      await taskRuns.finish(run, {
        status: minute < 2 ? 'failed' : 'succeeded',
        at: minutesLater(minute),
        counts,
        leftOut: [],
        malformed: [],
        error: null,
      });
    }
    await taskRuns.start('fabrikam', 'application-roster', AT);
    const first = await taskRuns.list('contoso', { limit: 4 });
    expect(first.totalItems).toBe(6);
    const rest = await taskRuns.list('contoso', {
      limit: 4,
      cursor: first.nextCursor,
    });
    expect([...first.items, ...rest.items].map(run => run.startedAt)).toEqual(
      [5, 4, 3, 2, 1, 0].map(each => minutesLater(each).toISOString()),
    );
    expect(rest.nextCursor).toBeUndefined();
    expect(
      await taskRuns.list('contoso', {
        limit: 4,
        task: 'application-access',
        status: 'failed',
      }),
    ).toMatchObject({ totalItems: 1 });
    await expect(
      taskRuns.list('contoso', {
        limit: 4,
        status: 'failed',
        cursor: first.nextCursor,
      }),
    ).rejects.toThrow(/start again without a cursor/);
  });

  it('closes runs that gave no sign of life', async () => {
    const { stores } = await open(id);
    const { taskRuns } = stores;
    const silent = await taskRuns.start('contoso', 'application-roster', AT);
    const alive = await taskRuns.start('contoso', 'application-roster', AT);
    const other = await taskRuns.start('contoso', 'application-access', AT);
    await taskRuns.progress(alive, counts, minutesLater(10));
    expect(
      await taskRuns.closeAbandoned(
        'contoso',
        'application-roster',
        minutesLater(5),
        minutesLater(11),
      ),
    ).toBe(1);
    const { items } = await taskRuns.list('contoso', { limit: 5 });
    const statusOf = (run: string) => items.find(each => each.id === run);
    expect(statusOf(silent)).toMatchObject({
      status: 'aborted',
      finishedAt: minutesLater(11).toISOString(),
      error: { message: expect.stringContaining('without a word') },
    });
    expect(statusOf(alive)).toMatchObject({ status: 'running' });
    expect(statusOf(other)).toMatchObject({ status: 'running' });
  });
});
