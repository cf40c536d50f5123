import type {
  AuthService,
  LoggerService,
  SchedulerService,
} from '@backstage/backend-plugin-api';
import { stringifyEntityRef } from '@backstage/catalog-model';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import { createHash } from 'node:crypto';
import type { StoredTerm, Stores } from '../database/types';
import { daysBefore, daysBetween } from '../insights/activity';
import { annualOf } from '../insights/money';

/** How many terms a notification names; the Licenses tab has all. */
const MAX_NAMED = 10;

export interface RenewalsOptions {
  /** The names of the tenants that are started. */
  tenants: string[];
  stores: Pick<Stores, 'licenses' | 'terms' | 'catalogGroups'>;
  catalog: CatalogService;
  auth: AuthService;
  logger: LoggerService;
  scheduler: SchedulerService;
  notifications: NotificationService;
  /** Entity refs of who is told of every term, besides its administrator. */
  administrators: string[];
  /** So many days before a term ends somebody is told; 60 by default. */
  notifyBeforeDays?: number;
  now?: () => Date;
}

/** A term that somebody is to be told of. */
type EndingTerm = StoredTerm & { expirationDate: string };

/** Who is told of which terms. */
interface Notice {
  recipients: string[];
  terms: EndingTerm[];
}

/** What stands for terms and their ends; the same for the same ones. */
function scopeOf(terms: EndingTerm[]): string {
  const ends = terms.map(({ id, expirationDate }) => `${id} ${expirationDate}`);
  return createHash('sha256')
    .update(ends.sort().join('\n'))
    .digest('base64url');
}

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
   * Tells of each term that ends soon its administrator and the configured
   * ones: each person once per term and date, and of several terms in one
   * notification. Who could not be told is told the next time.
   *
   * That people are told is noted before it is done, so that replicas and
   * restarts never tell twice. Where a replica dies in between, those whom it
   * did not tell yet are not told of these terms at all, unless their dates
   * change; the Licenses tab shows them either way.
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
      const told = ending.filter(
        ({ administrator }) =>
          administrator !== null || administrators.length > 0,
      );
      if (told.length < ending.length) {
        this.#sayThatNobodyIsTold(
          'set m365Licenses.administrators, or an administrator with each term',
        );
      }
      await this.#tell(tenant, told, today);
    }
  }

  async #tell(
    tenant: string,
    ending: EndingTerm[],
    today: string,
  ): Promise<void> {
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
      const { all, some } = this.#notices(claimed);
      const toldOfAll = some.length > 0 ? await this.#people(all) : [];
      const send = async (
        { recipients, terms }: Notice,
        excludeEntityRef?: string[],
      ) =>
        notifications.send({
          recipients: {
            type: 'entity',
            entityRef: recipients,
            ...(excludeEntityRef && { excludeEntityRef }),
          },
          payload: {
            ...(await this.#describe(tenant, terms, today)),
            link: `/m365-licenses/licenses?tenant=${encodeURIComponent(
              tenant,
            )}`,
            severity: 'normal',
            // What is told again after a failure replaces what was told.
            scope: scopeOf(terms),
          },
        });
      for (const notice of some) {
        await send(notice, toldOfAll);
      }
      if (all.recipients.length > 0) {
        await send(all);
      }
    } catch (error) {
      for (const { id } of claimed) {
        await stores.terms.releaseNotice(id);
      }
      this.#sayThatNobodyIsTold(
        `install the notifications backend, or see why it refuses: ${error}`,
      );
    }
  }

  /** Who is told of all terms, and who of some. */
  #notices(claimed: EndingTerm[]): { all: Notice; some: Notice[] } {
    const all: Notice = {
      recipients: [...this.#options.administrators],
      terms: claimed,
    };
    const some: Notice[] = [];
    for (const ref of new Set(claimed.map(term => term.administrator))) {
      if (ref !== null && !all.recipients.includes(ref)) {
        const terms = claimed.filter(term => term.administrator === ref);
        if (terms.length === claimed.length) {
          all.recipients.push(ref);
        } else {
          some.push({ recipients: [ref], terms });
        }
      }
    }
    return { all, some };
  }

  /** The recipients of a notice, and the members of groups among them. */
  async #people({ recipients }: Notice): Promise<string[]> {
    const { stores, catalog, auth, logger } = this.#options;
    try {
      const groups = await Promise.all(
        recipients.map(ref => stores.catalogGroups.below(ref)),
      );
      const { items } = await catalog.getEntities(
        {
          filter: { kind: 'User', 'relations.memberOf': groups.flat() },
          fields: ['kind', 'metadata.namespace', 'metadata.name'],
        },
        { credentials: await auth.getOwnServiceCredentials() },
      );
      return [...recipients, ...items.map(stringifyEntityRef)];
    } catch (error) {
      logger.warn(
        `Who belongs to ${recipients.join(
          ', ',
        )} could not be read from the catalog, so that some may be told twice of terms that end: ${error}`,
      );
      return recipients;
    }
  }

  async #describe(
    tenant: string,
    ending: EndingTerm[],
    today: string,
  ): Promise<{ title: string; description: string }> {
    const licenses = await this.#options.stores.licenses.captured(tenant);
    const lines = [...ending]
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
