/** Which of the simulator's faces was asked. */
export type Face = 'graph' | 'login' | 'download' | 'productNames';

export interface RequestEntry {
  readonly face: Face;
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: string;
  /** Status answered; 0 when the connection was cut before one. */
  readonly status: number;
  /** Milliseconds since 1970 when the request came in. */
  readonly time: number;
}

const KEPT_ENTRIES = 20_000;

function increment(counts: Map<string, number>, key: string) {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** What was asked of the simulator, for tests to look at. */
export class RequestLog {
  #entries: RequestEntry[] = [];
  #total = 0;
  #concurrent = 0;
  #maxConcurrency = 0;
  #bearerSentToDownloadHost = 0;
  #removals = new Map<string, number>();
  #additions = new Map<string, number>();
  #membersAdded = new Map<string, number>();
  #membersRemoved = new Map<string, number>();
  #assignLicenseCalls = 0;

  /** The newest requests (at most 20,000), oldest first. */
  get entries(): readonly RequestEntry[] {
    return this.#entries;
  }

  /** All requests since the last reset. */
  get total(): number {
    return this.#total;
  }

  /** The most Graph requests that were open at the same time. */
  get maxConcurrency(): number {
    return this.#maxConcurrency;
  }

  /** Downloads refused because they carried an Authorization header. */
  get bearerSentToDownloadHost(): number {
    return this.#bearerSentToDownloadHost;
  }

  /** Calls of assignLicense that reached the license rules, whatever came of them. */
  get assignLicenseCalls(): number {
    return this.#assignLicenseCalls;
  }

  /** How often the SKU was successfully removed from the account. */
  removals(userId: string, skuId: string): number {
    return this.#removals.get(`${userId} ${skuId}`) ?? 0;
  }

  /** How often the SKU was successfully assigned to the account directly. */
  additions(userId: string, skuId: string): number {
    return this.#additions.get(`${userId} ${skuId}`) ?? 0;
  }

  /** How often the account was successfully added to the group. */
  membersAdded(groupId: string, userId: string): number {
    return this.#membersAdded.get(`${groupId} ${userId}`) ?? 0;
  }

  /** How often the account was successfully taken out of the group. */
  membersRemoved(groupId: string, userId: string): number {
    return this.#membersRemoved.get(`${groupId} ${userId}`) ?? 0;
  }

  /** How many kept requests match, by path (without query) or method. */
  count(match: { method?: string; path?: RegExp; status?: number }): number {
    return this.#entries.filter(
      entry =>
        (match.method === undefined || match.method === entry.method) &&
        (match.path === undefined || match.path.test(entry.path)) &&
        (match.status === undefined || match.status === entry.status),
    ).length;
  }

  reset(): void {
    this.#entries = [];
    this.#total = 0;
    this.#maxConcurrency = this.#concurrent;
    this.#bearerSentToDownloadHost = 0;
    this.#removals.clear();
    this.#additions.clear();
    this.#membersAdded.clear();
    this.#membersRemoved.clear();
    this.#assignLicenseCalls = 0;
  }

  /** @internal */
  began(): void {
    this.#concurrent += 1;
    this.#maxConcurrency = Math.max(this.#maxConcurrency, this.#concurrent);
  }

  /** @internal */
  ended(): void {
    this.#concurrent -= 1;
  }

  /** @internal */
  add(entry: RequestEntry): void {
    this.#total += 1;
    this.#entries.push(entry);
    if (this.#entries.length > 2 * KEPT_ENTRIES) {
      this.#entries = this.#entries.slice(-KEPT_ENTRIES);
    }
  }

  /** @internal */
  bearerAtDownloadHost(): void {
    this.#bearerSentToDownloadHost += 1;
  }

  /** @internal */
  assignLicenseCalled(): void {
    this.#assignLicenseCalls += 1;
  }

  /** @internal */
  removed(userId: string, skuId: string): void {
    increment(this.#removals, `${userId} ${skuId}`);
  }

  /** @internal */
  added(userId: string, skuId: string): void {
    increment(this.#additions, `${userId} ${skuId}`);
  }

  /** @internal */
  memberChanged(groupId: string, userId: string, isMember: boolean): void {
    increment(
      isMember ? this.#membersAdded : this.#membersRemoved,
      `${groupId} ${userId}`,
    );
  }

  toJSON() {
    return {
      total: this.#total,
      maxConcurrency: this.#maxConcurrency,
      bearerSentToDownloadHost: this.#bearerSentToDownloadHost,
      assignLicenseCalls: this.#assignLicenseCalls,
      removals: Object.fromEntries(this.#removals),
      additions: Object.fromEntries(this.#additions),
      membersAdded: Object.fromEntries(this.#membersAdded),
      membersRemoved: Object.fromEntries(this.#membersRemoved),
      entries: this.#entries,
    };
  }
}
