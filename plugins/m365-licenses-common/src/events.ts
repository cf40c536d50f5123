/**
 * What the backend says on Backstage's event bus. An event says that something
 * changed, never about whom; what it is now is asked from the REST API.
 *
 * @public
 */
export const M365_LICENSES_TOPICS = {
  /** An evaluation found other candidates: {@link CandidatesChangedEvent}. */
  candidatesChanged: 'm365-licenses.candidates-changed',
  /** Somebody entered what licenses cost: {@link TermsChangedEvent}. */
  termsChanged: 'm365-licenses.terms-changed',
  /** Microsoft says other seats: {@link SeatsChangedEvent}. */
  seatsChanged: 'm365-licenses.seats-changed',
} as const;

/**
 * The payload of `m365-licenses.candidates-changed`: how many licenses became
 * candidates, are none any more, or are candidates for another reason.
 *
 * @public
 */
export interface CandidatesChangedEvent {
  /** The tenant's name in the configuration. */
  tenant: string;
  added: number;
  removed: number;
  changed: number;
}

/**
 * The payload of `m365-licenses.terms-changed`.
 *
 * @public
 */
export interface TermsChangedEvent {
  /** The tenant's name in the configuration. */
  tenant: string;
  /** Of which the terms changed. */
  skuIds: string[];
}

/**
 * The payload of `m365-licenses.seats-changed`.
 *
 * @public
 */
export interface SeatsChangedEvent {
  /** The tenant's name in the configuration. */
  tenant: string;
  /**
   * Of which another number of seats is bought, assigned, suspended or in
   * warning, or the status is another one; new and removed ones included.
   */
  skuIds: string[];
}

/**
 * The channel of Backstage's signals on which the backend says that a
 * reclamation went further: {@link ReclamationSignal}.
 *
 * @public
 */
export const RECLAMATIONS_CHANNEL = 'm365-licenses:reclamations';

/**
 * Which reclamation went further; how far is asked from the REST API.
 *
 * @public
 */
export type ReclamationSignal = {
  /** The tenant's name in the configuration. */
  tenant: string;
  reclamationId: string;
};
