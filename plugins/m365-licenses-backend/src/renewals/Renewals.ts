import type {
  LoggerService,
  SchedulerService,
} from '@backstage/backend-plugin-api';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import type { StoredTerm, Stores } from '../database/types';
import { daysBefore, daysBetween } from '../insights/activity';
import { annualOf } from '../insights/money';

/** How many terms a notification names; the Licenses tab has all. */
const MAX_NAMED = 10;

export interface RenewalsOptions {
  /** The names of the tenants that are started. */
  tenants: string[];
  stores: Pick<Stores, 'licenses' | 'terms'>;
  logger: LoggerService;
  scheduler: SchedulerService;
  notifications: NotificationService;
  /** Entity refs of who is told of a term without an administrator. */
  administrators: string[];
  /** So many days before a term ends somebody is told; 60 by default. */
  notifyBeforeDays?: number;
  now?: () => Date;
}

/** A term that somebody is to be told of. */
type EndingTerm = StoredTerm & { expirationDate: string };

/** Tells people, once, that what licenses cost is about to end. */
export class Renewals {
  readonly #options: RenewalsOptions;
  readonly #notifyBeforeDays: number;
  readonly #now: () => Date;
  #saidThatNobodyIsTold = false;

  static create(options: RenewalsOptions): Renewals {
    return new Renewals(options);
  }

  private constructor(options: RenewalsOptions) {
    this.#options = options;
    this.#notifyBeforeDays = options.notifyBeforeDays ?? 60;
    this.#now = options.now ?? (() => new Date());
  }

  /** Looks at the start and every day, on one replica. */
  async schedule(): Promise<void> {
    await this.#options.scheduler.scheduleTask({
      id: 'm365-licenses:renewals',
      scope: 'global',
      frequency: { days: 1 },
      timeout: { minutes: 10 },
      fn: () => this.notify(),
    });
  }

  /**
   * Tells the administrator of each term that ends soon, else the configured
   * administrators. Who could not be told is told the next time.
   */
  async notify(): Promise<void> {
    const { tenants, administrators, stores } = this.#options;
    const today = this.#now().toISOString().slice(0, 10);
    const last = daysBefore(today, -this.#notifyBeforeDays);
    for (const tenant of tenants) {
      const ending = (await stores.terms.list(tenant)).filter(
        (term): term is EndingTerm =>
          term.expirationDate !== null &&
          today < term.expirationDate &&
          term.expirationDate <= last,
      );
      for (const administrator of new Set(
        ending.map(term => term.administrator),
      )) {
        await this.#tell(
          tenant,
          administrator === null ? administrators : [administrator],
          ending.filter(term => term.administrator === administrator),
          today,
        );
      }
    }
  }

  async #tell(
    tenant: string,
    recipients: string[],
    ending: EndingTerm[],
    today: string,
  ): Promise<void> {
    if (recipients.length === 0) {
      this.#sayThatNobodyIsTold(
        'set m365Licenses.administrators, or an administrator with each term',
      );
      return;
    }
    const { notifications, stores } = this.#options;
    const claimed: EndingTerm[] = [];
    try {
      for (const term of ending) {
        if (await stores.terms.claimNotice(term.id, term.expirationDate)) {
          claimed.push(term);
        }
      }
      if (claimed.length === 0) {
        return;
      }
      await notifications.send({
        recipients: { type: 'entity', entityRef: recipients },
        payload: {
          ...(await this.#describe(tenant, claimed, today)),
          link: `/m365-licenses/licenses?tenant=${encodeURIComponent(tenant)}`,
          severity: 'normal',
        },
      });
    } catch (error) {
      for (const { id } of claimed) {
        await stores.terms.releaseNotice(id);
      }
      this.#sayThatNobodyIsTold(
        `install the notifications backend, or see why it refuses: ${error}`,
      );
    }
  }

  async #describe(
    tenant: string,
    ending: EndingTerm[],
    today: string,
  ): Promise<{ title: string; description: string }> {
    const licenses = await this.#options.stores.licenses.captured(tenant);
    const lines = ending
      .sort((left, right) =>
        left.expirationDate.localeCompare(right.expirationDate),
      )
      .map(term => {
        const license = licenses.find(({ skuId }) => skuId === term.skuId);
        const annual = annualOf(term);
        const days = daysBetween(today, term.expirationDate);
        return `${license?.displayName ?? term.skuId} ends on ${
          term.expirationDate
        }, ${days === 1 ? 'tomorrow' : `in ${days} days`} (${
          term.quantity
        } seats${annual ? `, ${annual.currency} ${annual.amount} a year` : ''}${
          term.purchaseIdentifier ? `, ${term.purchaseIdentifier}` : ''
        })`;
      });
    const more = lines.length - MAX_NAMED;
    return {
      title: `Microsoft 365 tenant ${tenant}: ${
        ending.length === 1
          ? 'the term of a license ends'
          : `the terms of ${ending.length} licenses end`
      } soon`,
      description: `${lines.slice(0, MAX_NAMED).join('; ')}${
        more > 0 ? `; and ${more} more` : ''
      }. Take unused seats back before then, and enter the new term on the Licenses tab.`,
    };
  }

  #sayThatNobodyIsTold(mend: string): void {
    if (!this.#saidThatNobodyIsTold) {
      this.#saidThatNobodyIsTold = true;
      this.#options.logger.warn(
        `Terms end soon and nobody could be notified; they are shown on the Licenses tab. To change that, ${mend}`,
      );
    }
  }
}
