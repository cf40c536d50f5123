import type {
  Policy,
  PolicyInput,
  QuietHours,
} from 'backstage-plugin-m365-licenses-common';
import { groupRefOf } from '../common/entityRefs';

/** The most that can be entered, in days and licenses. */
export const LIMITS = { everyDays: 365, maxItems: 5000 };

/** What is in the form: as typed, or not a number while that field is empty. */
export interface PolicyDraft extends Omit<PolicyInput, 'group' | 'quietHours'> {
  /** Empty for none. */
  group: string;
  hasQuietHours: boolean;
  /** Kept while quiet hours are switched off in the form. */
  quiet: QuietHours;
}

/** Where the reader is, as an IANA name. */
const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** All time zones, by IANA name; UTC is not among those that browsers list. */
export const TIME_ZONES = [
  ...new Set(['UTC', ownZone(), ...Intl.supportedValuesOf('timeZone')]),
].sort();

/** HH:MM, of 24 hours. */
export const isTime = (text: string) => /^([01]\d|2[0-3]):[0-5]\d$/.test(text);

const presetQuietHours = (): QuietHours => ({
  from: '18:00',
  to: '08:00',
  timeZone: ownZone(),
  weekends: true,
});

/** What is offered for a new policy: accounts that nobody can use any more. */
export const newDraft = (): PolicyDraft => ({
  name: '',
  reasons: ['disabled'],
  skuIds: [],
  department: null,
  group: '',
  mode: 'immediate',
  everyDays: 7,
  maxItems: 50,
  hasQuietHours: false,
  quiet: presetQuietHours(),
});

export const draftOf = (policy: Policy): PolicyDraft => ({
  name: policy.name,
  reasons: policy.reasons,
  skuIds: policy.skus.map(({ skuId }) => skuId),
  department: policy.department,
  group: policy.group ?? '',
  mode: policy.mode,
  everyDays: policy.everyDays,
  maxItems: policy.maxItems,
  hasQuietHours: policy.quietHours !== null,
  quiet: policy.quietHours ?? presetQuietHours(),
});

export const inputOf = ({
  hasQuietHours,
  quiet,
  ...draft
}: PolicyDraft): PolicyInput => ({
  ...draft,
  name: draft.name.trim(),
  group: groupRefOf(draft.group) ?? null,
  quietHours: hasQuietHours ? quiet : null,
});
