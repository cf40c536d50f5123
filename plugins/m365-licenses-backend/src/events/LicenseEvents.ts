import type { LoggerService } from '@backstage/backend-plugin-api';
import { stringifyError } from '@backstage/errors';
import type { EventsService } from '@backstage/plugin-events-node';
import {
  M365_LICENSES_TOPICS,
  type CandidatesChangedEvent,
  type SeatsChangedEvent,
  type TermsChangedEvent,
} from 'backstage-plugin-m365-licenses-common';

/**
 * Says on Backstage's event bus what changed; nothing where nothing did. That
 * an event cannot be published is logged and never fails what it tells of.
 */
export class LicenseEvents {
  readonly #events: EventsService;
  readonly #logger: LoggerService;

  static create(options: { events: EventsService; logger: LoggerService }) {
    return new LicenseEvents(options);
  }

  private constructor(options: {
    events: EventsService;
    logger: LoggerService;
  }) {
    this.#events = options.events;
    this.#logger = options.logger;
  }

  async candidatesChanged(event: CandidatesChangedEvent): Promise<void> {
    if (event.added + event.removed + event.changed > 0) {
      await this.#publish(M365_LICENSES_TOPICS.candidatesChanged, event);
    }
  }

  async termsChanged(event: TermsChangedEvent): Promise<void> {
    if (event.skuIds.length > 0) {
      await this.#publish(M365_LICENSES_TOPICS.termsChanged, event);
    }
  }

  async seatsChanged(event: SeatsChangedEvent): Promise<void> {
    if (event.skuIds.length > 0) {
      await this.#publish(M365_LICENSES_TOPICS.seatsChanged, event);
    }
  }

  async #publish(
    topic: string,
    eventPayload:
      | CandidatesChangedEvent
      | TermsChangedEvent
      | SeatsChangedEvent,
  ): Promise<void> {
    try {
      await this.#events.publish({ topic, eventPayload });
    } catch (error) {
      this.#logger.warn(
        `The event ${topic} of ${
          eventPayload.tenant
        } was not published, so that who waits for it does not learn of the change: ${stringifyError(
          error,
        )}`,
      );
    }
  }
}
