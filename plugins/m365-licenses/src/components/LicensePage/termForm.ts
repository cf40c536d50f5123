import type {
  License,
  PaymentFrequency,
  Term,
  TermInput,
} from 'backstage-plugin-m365-licenses-common';
import { DateTime } from 'luxon';
import { personRefOf } from '../common/entityRefs';

/** A term as it is typed; an empty text is nothing. */
export interface TermDraft {
  subscriptionId: string;
  cost: string;
  currency: string;
  frequency: PaymentFrequency;
  /** NaN while nothing is typed. */
  quantity: number;
  effectiveDate: string;
  expirationDate: string;
  purchaseIdentifier: string;
  notes: string;
  administrator: string;
}

/**
 * What the form shows first: the term, or for a new one what is most likely.
 *
 * @param latest - the newest term of the SKU, whose currency a new one takes
 */
export const draftOf = (
  license: License,
  term: Term | undefined,
  latest: Term | undefined,
): TermDraft => ({
  subscriptionId: term?.subscriptionId ?? '',
  cost: term?.cost ?? '',
  currency: term?.currency ?? latest?.currency ?? '',
  frequency: term?.frequency ?? latest?.frequency ?? 'monthly',
  quantity: term?.quantity ?? license.bought,
  effectiveDate: term?.effectiveDate ?? DateTime.now().toISODate(),
  expirationDate: term?.expirationDate ?? '',
  purchaseIdentifier: term?.purchaseIdentifier ?? '',
  notes: term?.notes ?? '',
  administrator: term?.administrator ?? '',
});

const orNull = (text: string) => text.trim() || null;

/** A draft that has passed the checks below, as the backend takes it. */
export const inputOfDraft = (draft: TermDraft): TermInput => ({
  subscriptionId: orNull(draft.subscriptionId),
  cost: draft.cost.trim(),
  currency: draft.currency.trim(),
  frequency: draft.frequency,
  quantity: draft.quantity,
  effectiveDate: draft.effectiveDate.trim(),
  expirationDate: orNull(draft.expirationDate),
  purchaseIdentifier: orNull(draft.purchaseIdentifier),
  notes: orNull(draft.notes),
  administrator: personRefOf(draft.administrator) ?? null,
});

/** A term without what the backend itself says of it. */
export const inputOf = ({
  id: _id,
  active: _active,
  annual: _annual,
  updatedAt: _updatedAt,
  updatedBy: _updatedBy,
  ...input
}: Term): TermInput => input;

export const isCost = (text: string) =>
  /^\d{1,12}(\.\d{1,6})?$/.test(text.trim());

export const isCurrency = (text: string) =>
  Intl.supportedValuesOf('currency').includes(text.trim());

export const isDay = (text: string) =>
  /^\d{4}-\d{2}-\d{2}$/.test(text.trim()) &&
  DateTime.fromISO(text.trim()).isValid;
