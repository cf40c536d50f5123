/** What goes wrong with one answer. */
export type Fault =
  | {
      /** 429 in Graph's form. */
      kind: 'throttle';
      /** `Retry-After` as sent: "2.128", "1", "240", an HTTP date; left out when undefined. */
      retryAfter?: string;
    }
  | {
      /** Any status instead of the answer. */
      kind: 'fail';
      status: number;
      /** What stands in the body; default `json`. */
      body?: 'json' | 'html' | 'text' | 'empty';
      code?: string;
      message?: string;
      retryAfter?: string;
      /** What was asked for is done all the same, as behind a gateway that lost patience. */
      done?: boolean;
    }
  | {
      /**
       * The connection is cut in the middle of the body, or before any answer and
       * with nothing done; a batch is answered without such a request.
       */
      kind: 'cut';
      at?: 'body' | 'start';
    }
  | {
      /** The answer comes, later. */
      kind: 'slow';
      milliseconds: number;
    }
  | {
      /** A listing answers an empty page with a nextLink to the page meant. */
      kind: 'empty-page';
    };

export interface FaultRule {
  /** Any method when left out. */
  method?: string;
  /** Tried on the decoded path with its query, as in `/v1.0/users?$select=id`; every path when left out. */
  path?: RegExp;
  /** The first matching request it concerns, counted from 1; default 1. */
  nth?: number;
  /** How many matching requests it concerns from there on; default 1. */
  times?: number | 'always';
  fault: Fault;
}

export interface FaultHandle {
  /** How many requests it met. */
  readonly hits: number;
  remove(): void;
}

/** What is wrong with the usage reports. */
export interface ReportFaults {
  /** Column names left out. */
  dropColumns?: readonly string[];
  /** Columns come in the opposite order. */
  reverseColumns?: boolean;
  /** `connection`: cut half-way, content-length tells more. `row`: ended cleanly in the middle of a row. */
  truncate?: 'connection' | 'row';
  /** That many broken rows among the others: too short, too long, or with a date that is none. */
  malformedRows?: number;
  /** A row whose user principal name is `(Unknown)`; default: in tenants of more than 100 accounts. */
  unknownRow?: boolean;
  /** The refresh date is that many days older than usual. */
  staleDays?: number;
}

/** What is wrong with the list of product names. */
export interface ProductNamesFaults {
  /** Column names left out. */
  dropColumns?: readonly string[];
  /** `connection`: cut half-way, content-length tells more. `row`: ended cleanly in the middle of a row. */
  truncate?: 'connection' | 'row';
  /** This status instead of the file. */
  status?: number;
}

/** Requests allowed in a sliding window; more are throttled with the remaining time as Retry-After. */
export interface Budget {
  requests: number;
  seconds: number;
  path?: RegExp;
}

/** How the token endpoint refuses, whatever it is asked. */
export interface TokenRefusal {
  /** The number after AADSTS, for example 53003. */
  number: number;
  /** The OAuth 2.0 error; default: as Microsoft's for this number, else `invalid_request`. */
  error?: string;
  /** Default: as Microsoft's for this number. */
  message?: string;
  /** The message repeats everything that was sent, secrets included. */
  echo?: boolean;
}

interface ActiveRule extends FaultRule {
  seen: number;
  hits: number;
}

/** Everything that can go wrong, switched at run time. Off by default. */
export class Faults {
  /** Reports show 32 upper-case hex digits in place of names; the report settings say so. */
  concealNames = false;
  reports: ReportFaults = {};
  productNames: ProductNamesFaults = {};
  /** The token endpoint refuses the right secret too. */
  refuseSecret = false;
  /** The token endpoint refuses everything so. */
  refuseTokens: TokenRefusal | undefined;
  /** A refresh token that was used already is refused (AADSTS70008); Microsoft's stay valid. */
  strictRefreshTokens: boolean;
  /** How far Microsoft's clock is ahead of this machine's, in seconds: `Date` headers, assertions. */
  clockAheadSeconds = 0;
  /** The token endpoint does not know the tenant. */
  unknownTenant = false;
  /** The tenant has no Entra ID P1: sign-in activity is refused. */
  nonPremium = false;
  /** Milliseconds until reads show what assignLicense changed; Infinity: until `Simulator.showLicenseChanges()`. */
  licenseChangesVisibleAfter = 0;

  /** Milliseconds until the licenses follow a change of who is in a group; Infinity: until `Simulator.processGroups()`. */
  groupLicensesProcessedAfter = 0;

  #rules: ActiveRule[] = [];
  #budgets: Array<Budget & { times: number[] }> = [];
  readonly #deniedRoles = new Set<string>();
  #tokensValidFrom = 0;

  constructor(private readonly defaults = { strictRefreshTokens: false }) {
    this.strictRefreshTokens = defaults.strictRefreshTokens;
  }

  /** Adds a rule; the first that applies to a request wins. */
  add(rule: FaultRule): FaultHandle {
    const active: ActiveRule = { ...rule, seen: 0, hits: 0 };
    this.#rules.push(active);
    return {
      get hits() {
        return active.hits;
      },
      remove: () => {
        this.#rules = this.#rules.filter(other => other !== active);
      },
    };
  }

  /** Refuses what needs this role (403 Authorization_RequestDenied), for tokens already issued too. */
  denyRole(role: string): void {
    this.#deniedRoles.add(role);
  }

  grantRole(role: string): void {
    this.#deniedRoles.delete(role);
  }

  /** Every token issued so far has expired. */
  expireTokens(): void {
    this.#tokensValidFrom += 1;
  }

  /** Throttles beyond a number of requests in a window, as `{ requests: 14, seconds: 600, path: /reports/ }`. */
  limit(budget: Budget): void {
    this.#budgets.push({ ...budget, times: [] });
  }

  /** Everything works again; tokens that were made to expire stay expired. */
  clear(): void {
    this.concealNames = false;
    this.reports = {};
    this.productNames = {};
    this.refuseSecret = false;
    this.refuseTokens = undefined;
    this.strictRefreshTokens = this.defaults.strictRefreshTokens;
    this.clockAheadSeconds = 0;
    this.unknownTenant = false;
    this.nonPremium = false;
    this.licenseChangesVisibleAfter = 0;
    this.groupLicensesProcessedAfter = 0;
    this.#rules = [];
    this.#budgets = [];
    this.#deniedRoles.clear();
  }

  /** @internal */
  isDenied(role: string): boolean {
    return this.#deniedRoles.has(role);
  }

  /** @internal Grows whenever tokens expire at once. */
  get tokenGeneration(): number {
    return this.#tokensValidFrom;
  }

  /** @internal The fault this request meets, counting it. */
  meet(method: string, target: string): Fault | undefined {
    let met: Fault | undefined;
    for (const rule of this.#rules) {
      if (
        (rule.method === undefined || rule.method === method) &&
        (rule.path === undefined || target.search(rule.path) >= 0)
      ) {
        rule.seen += 1;
        const first = rule.nth ?? 1;
        const last =
          rule.times === 'always' ? Infinity : first + (rule.times ?? 1) - 1;
        if (!met && rule.seen >= first && rule.seen <= last) {
          rule.hits += 1;
          met = rule.fault;
        }
      }
    }
    return met ?? this.#overBudget(target);
  }

  #overBudget(target: string): Fault | undefined {
    const now = Date.now();
    for (const budget of this.#budgets) {
      if (budget.path === undefined || target.search(budget.path) >= 0) {
        const opened = now - budget.seconds * 1000;
        budget.times = budget.times.filter(time => time > opened);
        if (budget.times.length >= budget.requests) {
          const wait = (budget.times[0] - opened) / 1000;
          return { kind: 'throttle', retryAfter: wait.toFixed(3) };
        }
        budget.times.push(now);
      }
    }
    return undefined;
  }

  toJSON() {
    return {
      concealNames: this.concealNames,
      reports: this.reports,
      productNames: this.productNames,
      refuseSecret: this.refuseSecret,
      refuseTokens: this.refuseTokens,
      strictRefreshTokens: this.strictRefreshTokens,
      clockAheadSeconds: this.clockAheadSeconds,
      unknownTenant: this.unknownTenant,
      nonPremium: this.nonPremium,
      licenseChangesVisibleAfter: this.licenseChangesVisibleAfter,
      groupLicensesProcessedAfter: this.groupLicensesProcessedAfter,
      deniedRoles: [...this.#deniedRoles],
      rules: this.#rules.map(rule => ({ ...rule, path: rule.path?.source })),
      budgets: this.#budgets.map(({ requests, seconds, path }) => ({
        requests,
        seconds,
        path: path?.source,
      })),
    };
  }
}
