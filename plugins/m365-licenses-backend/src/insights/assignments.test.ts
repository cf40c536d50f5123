import type { AssignmentStatus } from 'backstage-plugin-m365-licenses-common';
import { activityLimits } from './activity';
import {
  assignmentStatus,
  bestStatus,
  type AssignmentUse,
} from './assignments';

const LIMITS = activityLimits({
  today: '2026-11-22',
  inactiveAfterDays: 60,
  graceDays: 30,
});
const OLD: AssignmentUse = {
  services: ['exchange', 'outlook'],
  lastActivityDate: null,
  assignedOn: '2026-01-10',
};

describe('assignmentStatus', () => {
  it.each<[string, Partial<AssignmentUse>, AssignmentStatus]>([
    [
      'active on the first day that counts',
      { lastActivityDate: '2026-09-23' },
      'active',
    ],
    ['inactive the day before', { lastActivityDate: '2026-09-22' }, 'inactive'],
    ['never active', {}, 'neverActive'],
    ['in grace on its last day', { assignedOn: '2026-10-23' }, 'inGrace'],
    ['never active the day after', { assignedOn: '2026-10-22' }, 'neverActive'],
    [
      'not in grace once it was used',
      { assignedOn: '2026-11-20', lastActivityDate: '2026-09-22' },
      'inactive',
    ],
    [
      'not measurable without an observed service',
      { services: [] },
      'notMeasurable',
    ],
    ['unknown while the service plans are', { services: null }, 'unknown'],
  ])('is %s', (_name, use, status) => {
    expect(assignmentStatus({ ...OLD, ...use }, LIMITS, [])).toBe(status);
  });

  it('calls nothing unused without a fresh report of each of its services', () => {
    const status = (use: Partial<AssignmentUse>) =>
      assignmentStatus({ ...OLD, ...use }, LIMITS, ['outlook']);
    expect(status({})).toBe('unknown');
    expect(status({ assignedOn: '2026-11-20' })).toBe('unknown');
    expect(status({ lastActivityDate: '2026-01-01' })).toBe('unknown');
    expect(status({ lastActivityDate: '2026-11-01' })).toBe('active');
    expect(status({ services: ['teams'] })).toBe('neverActive');
    expect(status({ services: [] })).toBe('notMeasurable');
  });
});

describe('bestStatus', () => {
  it('takes use first, then what forbids to call a license unused', () => {
    expect(bestStatus(['neverActive', 'active'])).toBe('active');
    expect(bestStatus(['inactive', 'inGrace'])).toBe('inGrace');
    expect(bestStatus(['inactive', 'unknown'])).toBe('unknown');
    expect(bestStatus(['notMeasurable', 'neverActive'])).toBe('neverActive');
    expect(bestStatus(['notMeasurable'])).toBe('notMeasurable');
  });
});
