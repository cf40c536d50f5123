import type {
  LoggerService,
  SchedulerService,
} from '@backstage/backend-plugin-api';
import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import type { NotificationService } from '@backstage/plugin-notifications-node';
import type {
  CheckUp,
  Connection,
  ConnectionCredential,
  ConnectionPurpose,
  ConnectionStatus,
  Finding,
} from 'backstage-plugin-m365-licenses-common';
import { randomBytes } from 'node:crypto';
import type { PendingAuthorization, Stores } from '../database/types';
import { createAuthorizationCodeFlow } from '../graph/authorizationCode';
import { readCertificate } from '../graph/certificate';
import { GraphError } from '../graph/errors';
import { errorOfAuthorization } from '../graph/loginErrors';
import type { ConnectionConfig, SignIn } from '../graph/types';
import { certificateOf, lookAt, type CheckedTenant } from './checkUp';
import { permissionsOf, tasksByPurpose } from './permissions';

const PURPOSES: ConnectionPurpose[] = ['sync', 'reclamation'];
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** After a refusal nobody asks Microsoft for a token for so long. */
export const RETRY_AFTER_MS = HOUR_MS;
/** How often it is seen whether a check-up is due. */
const LOOK_EVERY = { minutes: 15 };
/** A check-up gives up after this: a person waits for it. */
const PATIENCE_MS = 90_000;
/** Within this a person has to come back from Microsoft. */
const SIGN_IN_MS = 10 * 60_000;

/** A tenant that is started, with its connections. */
export interface ConnectedTenant extends CheckedTenant {
  name: string;
}

export interface ConnectionsOptions {
  tenants: ConnectedTenant[];
  stores: Pick<Stores, 'authorizations' | 'connections'>;
  logger: LoggerService;
  scheduler: SchedulerService;
  notifications: NotificationService;
  /** Entity refs of who is told when a connection breaks; else who authorized it. */
  administrators: string[];
  /** Whether reclamation may take people out of groups. */
  leaveGroups: boolean;
  /** Where the portal is: people come back there from Microsoft. */
  appBaseUrl: string;
  /** Starts the tasks of a tenant that failed, or never ran, for what is mended now. */
  resume: (tenant: string) => Promise<void>;
  now?: () => Date;
  /** How long a check-up may take, in milliseconds; 90 s by default. */
  patienceMs?: number;
}

/** A check-up that goes on; whether it asks again what Microsoft refused. */
interface Running {
  asksAgain: boolean;
  done: Promise<CheckUp>;
}

function keyOf({ id, purpose, task }: Finding): string {
  return [id, purpose, task].join();
}

function isFailing({ status }: Finding): boolean {
  return status === 'failing';
}

/** The connections of all tenants: their check-ups, and people's sign-ins for them. */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #now: () => Date;
  readonly #startedAt: Date;
  readonly #running = new Map<string, Running>();
  #cannotNotify = false;

  static create(options: ConnectionsOptions): Connections {
    return new Connections(options);
  }

  private constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => new Date());
    this.#startedAt = this.#now();
  }

  /**
   * Has each tenant checked on one replica at a time: at the start, every day,
   * and every hour while something fails.
   */
  async schedule(): Promise<void> {
    const { scheduler, tenants, logger } = this.#options;
    for (const tenant of tenants) {
      const id = `m365-licenses:${tenant.name}:check-up`;
      await scheduler.scheduleTask({
        id,
        scope: 'global',
        frequency: LOOK_EVERY,
        timeout: { minutes: 5 },
        fn: () => this.#checkIfDue(tenant),
      });
      try {
        await scheduler.triggerTask(id);
      } catch (error) {
        // Another replica is at it.
        logger.debug(
          `The check-up of ${tenant.name} was not started: ${error}`,
        );
      }
    }
  }

  /**
   * Checks a tenant's connection for a person who asks: Microsoft is asked
   * again also where it refused. Several who ask at once share one check-up.
   *
   * @throws NotFoundError when there is no such tenant
   */
  async check(tenantName: string): Promise<CheckUp> {
    return this.#checkUp(this.#tenant(tenantName), { asksAgain: true });
  }

  /** Checks a connection after Microsoft refused it to a task; it is not asked for a token again. */
  async refused(tenantName: string): Promise<void> {
    await this.#checkUp(this.#tenant(tenantName), { asksAgain: false });
  }

  /**
   * How a tenant is connected; no secret is in it.
   *
   * @throws NotFoundError when there is no such tenant
   */
  async describe(
    tenantName: string,
  ): Promise<Pick<Connection, 'status' | 'credentials' | 'check'>> {
    const tenant = this.#tenant(tenantName);
    const { connections } = this.#options.stores;
    const [check, ...credentials] = await Promise.all([
      connections.check(tenantName),
      this.#credential('sync', tenant.connection),
      ...(tenant.reclamationConnection
        ? [this.#credential('reclamation', tenant.reclamationConnection)]
        : []),
    ]);
    return {
      status: statusOf(credentials, check),
      credentials,
      check: check ?? null,
    };
  }

  /**
   * Begins a person's sign-in at Microsoft.
   *
   * @returns the address to go to, and until when to be back
   * @throws NotFoundError when there is no such tenant
   * @throws ConflictError when the tenant is not connected by a person
   * @throws InputError when the redirect URI leads out of the portal
   */
  async authorize(
    tenantName: string,
    options: {
      purpose: ConnectionPurpose;
      redirectUri: string;
      /** Entity ref. */
      startedBy: string;
    },
  ): Promise<{ url: string; expiresAt: string }> {
    const { purpose, redirectUri, startedBy } = options;
    const tenant = this.#tenant(tenantName);
    const connection = this.#signedInTo(tenant, purpose);
    const { appBaseUrl, leaveGroups, stores } = this.#options;
    const { origin } = new URL(appBaseUrl);
    if (!URL.canParse(redirectUri) || new URL(redirectUri).origin !== origin) {
      throw new InputError(
        `The redirect URI must be an address of this portal, which begins with ${origin}`,
      );
    }
    const state = randomBytes(32).toString('base64url');
    const nonce = randomBytes(32).toString('base64url');
    const permissions = permissionsOf({
      tasks: tasksByPurpose(tenant)[purpose],
      leaveGroups,
    });
    const { url, codeVerifier } = await createAuthorizationCodeFlow(
      connection,
    ).begin({ redirectUri, state, nonce, permissions });
    const now = this.#now();
    const expiresAt = new Date(now.getTime() + SIGN_IN_MS);
    await stores.authorizations.begin(
      {
        state,
        tenant: tenantName,
        purpose,
        startedBy,
        redirectUri,
        nonce,
        codeVerifier,
        permissions,
        expiresAt,
      },
      now,
    );
    return { url, expiresAt: expiresAt.toISOString() };
  }

  /**
   * Ends a person's sign-in with what Microsoft sent back: keeps the tokens,
   * checks the connection, and starts the tasks that waited for it.
   *
   * @throws InputError when there is no such sign-in (any more), or Microsoft
   *   does not take its code
   * @throws NotAllowedError when Microsoft sent a denial
   * @throws ServiceUnavailableError when Microsoft cannot be reached
   */
  async complete(options: {
    state: string;
    code?: string;
    error?: string;
    errorDescription?: string;
    /** Entity ref. */
    completedBy: string;
  }): Promise<{ tenant: string; purpose: ConnectionPurpose }> {
    const { code, completedBy } = options;
    const { authorizations, connections } = this.#options.stores;
    const pending = await authorizations.take(
      options.state,
      completedBy,
      this.#now(),
    );
    if (!pending) {
      throw new InputError(
        'This sign-in is not one that you began here, was used already, or is older than ten minutes; nothing was changed. Press Authorize and sign in again',
      );
    }
    const tenant = this.#tenant(pending.tenant);
    const { purpose } = pending;
    const connection = this.#signedInTo(tenant, purpose);
    if (options.error !== undefined) {
      const error = errorOfAuthorization(connection, {
        error: options.error,
        errorDescription: options.errorDescription,
      });
      throw new NotAllowedError(sentence(error));
    }
    if (code === undefined) {
      throw new InputError(
        'Microsoft sent neither a code nor an error back; press Authorize and sign in again',
      );
    }
    const signIn = await redeem(connection, pending, code);
    await authorizations.save(tenant.name, purpose, signIn, {
      authorizedBy: completedBy,
      at: this.#now(),
    });
    await connections.refusals(tenant.name, purpose, RETRY_AFTER_MS).forget();
    this.#options.logger.info(
      `${completedBy} authorized ${tenant.name} (${purpose}) as ${signIn.userPrincipalName}`,
    );
    await this.#checkUp(tenant, { asksAgain: true });
    await this.#options.resume(tenant.name);
    return { tenant: tenant.name, purpose };
  }

  /**
   * Forgets the tokens that a person's sign-in gave.
   *
   * @param by - entity ref
   * @throws NotFoundError when there is no such tenant
   * @throws ConflictError when the tenant is not connected by a person
   */
  async disconnect(
    tenantName: string,
    purpose: ConnectionPurpose,
    by: string,
  ): Promise<void> {
    const tenant = this.#tenant(tenantName);
    this.#signedInTo(tenant, purpose);
    const { authorizations, connections } = this.#options.stores;
    if (!(await authorizations.remove(tenantName, purpose))) {
      return;
    }
    await connections.refusals(tenantName, purpose, RETRY_AFTER_MS).forget();
    this.#options.logger.info(`${by} disconnected ${tenantName} (${purpose})`);
    await this.#checkUp(tenant, { asksAgain: false });
  }

  /**
   * Why no task should ask Microsoft for this tenant now: nobody signed in, or
   * Microsoft refused the credentials less than an hour ago.
   */
  async holdOff(tenantName: string): Promise<string | undefined> {
    const { connection } = this.#tenant(tenantName);
    const { authorizations, connections } = this.#options.stores;
    if (
      connection.credential.type === 'authorizationCode' &&
      !(await authorizations.get(tenantName, 'sync'))
    ) {
      return `Nobody signed in at Microsoft for ${tenantName}; press Authorize on the Connections tab`;
    }
    const refusal = await connections
      .refusals(tenantName, 'sync', RETRY_AFTER_MS)
      .current();
    return refusal && Date.parse(refusal.retryAt) > this.#now().getTime()
      ? `Microsoft refuses the credentials of ${tenantName} since ${refusal.since}; it is asked again after ${refusal.retryAt}, or with "Check now" on the Connections tab`
      : undefined;
  }

  #tenant(name: string): ConnectedTenant {
    const tenant = this.#options.tenants.find(
      candidate => candidate.name === name,
    );
    if (!tenant) {
      throw new NotFoundError(
        `There is no tenant ${name} among m365Licenses.tenants`,
      );
    }
    return tenant;
  }

  /** The connection that a person signs in for. */
  #signedInTo(
    tenant: ConnectedTenant,
    purpose: ConnectionPurpose,
  ): ConnectionConfig {
    const connection =
      purpose === 'sync' ? tenant.connection : tenant.reclamationConnection;
    if (!connection) {
      throw new ConflictError(
        `Reclamation of ${tenant.name} has no credentials of its own; sign in for the sync instead, or set m365Licenses.tenants.${tenant.name}.tasks.reclamation.credentials`,
      );
    }
    if (connection.credential.type !== 'authorizationCode') {
      throw new ConflictError(
        `${tenant.name} is not connected by a person's sign-in but by ${connection.credential.type}; there is nobody to sign in or to forget`,
      );
    }
    return connection;
  }

  /**
   * Checks what fails every hour, the rest every day, and a refusal that nobody
   * looked at, or that may have passed. A restart counts as somebody acting:
   * what is configured may be new.
   */
  async #checkIfDue(tenant: ConnectedTenant): Promise<void> {
    const { connections } = this.#options.stores;
    const now = this.#now().getTime();
    const check = await connections.check(tenant.name);
    const checkedAt = check ? Date.parse(check.checkedAt) : 0;
    const isSinceStart = checkedAt >= this.#startedAt.getTime();
    const lasts = check?.findings.some(isFailing) ? HOUR_MS : DAY_MS;
    const refusals = await Promise.all(
      PURPOSES.map(purpose =>
        connections.refusals(tenant.name, purpose, RETRY_AFTER_MS).current(),
      ),
    );
    if (
      !isSinceStart ||
      now - checkedAt >= lasts ||
      refusals.some(
        refusal =>
          refusal &&
          (Date.parse(refusal.since) > checkedAt ||
            Date.parse(refusal.retryAt) <= now),
      )
    ) {
      await this.#checkUp(tenant, { asksAgain: !isSinceStart });
    }
  }

  /**
   * One check-up of a tenant at a time: who comes meanwhile gets the one that
   * goes on, or the next one where that does not ask again and this one must.
   */
  #checkUp(
    tenant: ConnectedTenant,
    { asksAgain }: Pick<Running, 'asksAgain'>,
  ): Promise<CheckUp> {
    const { name } = tenant;
    const running = this.#running.get(name);
    if (running && (running.asksAgain || !asksAgain)) {
      return running.done;
    }
    const before = running ? running.done.catch(() => {}) : Promise.resolve();
    const next: Running = {
      asksAgain,
      done: before
        .then(() => this.#perform(tenant, asksAgain))
        .finally(() => {
          if (this.#running.get(name) === next) {
            this.#running.delete(name);
          }
        }),
    };
    this.#running.set(name, next);
    return next.done;
  }

  async #perform(
    tenant: ConnectedTenant,
    asksAgain: boolean,
  ): Promise<CheckUp> {
    const { authorizations, connections } = this.#options.stores;
    if (asksAgain) {
      await connections.retryNow(tenant.name, this.#now());
    }
    const findings = await lookAt(tenant, {
      authorizations,
      leaveGroups: this.#options.leaveGroups,
      now: this.#now,
      signal: AbortSignal.timeout(this.#options.patienceMs ?? PATIENCE_MS),
    });
    const check = { checkedAt: this.#now().toISOString(), findings };
    const before = await connections.saveCheck(tenant.name, check);
    const failedBefore = new Set(before?.findings.filter(isFailing).map(keyOf));
    const failing = findings.filter(isFailing);
    const news = failing.filter(finding => !failedBefore.has(keyOf(finding)));
    this.#log(tenant, failing);
    if (news.length > 0) {
      await this.#tell(tenant, news);
    }
    if (
      findings.some(
        finding => !isFailing(finding) && failedBefore.has(keyOf(finding)),
      )
    ) {
      await this.#options.resume(tenant.name);
    }
    return check;
  }

  #log({ name }: ConnectedTenant, failing: Finding[]): void {
    const { logger } = this.#options;
    if (failing.length === 0) {
      logger.info(`The connection of ${name} was checked: nothing fails`);
    }
    for (const { title, detail, steps } of failing) {
      const lines = [
        title,
        detail,
        ...steps.slice(0, 1).map(({ text }) => text),
      ];
      logger.warn(`The connection of ${name} fails: ${lines.join('; ')}`);
    }
  }

  /** Tells the administrators once of what began to fail. */
  async #tell(tenant: ConnectedTenant, news: Finding[]): Promise<void> {
    const { notifications, logger } = this.#options;
    const recipients = await this.#recipients(tenant);
    if (recipients.length === 0) {
      return;
    }
    const [first, ...more] = news;
    try {
      await notifications.send({
        recipients: { type: 'entity', entityRef: recipients },
        payload: {
          title: `Microsoft 365 tenant ${tenant.name}: ${first.title}${
            more.length > 0 ? `, and ${more.length} more` : ''
          }`,
          description: [first.detail, first.steps[0]?.text]
            .filter(Boolean)
            .join(' '),
          link: `/m365-licenses/connections?tenant=${encodeURIComponent(
            tenant.name,
          )}`,
          severity: 'high',
          scope: `m365-licenses:connection:${tenant.name}`,
        },
      });
    } catch (error) {
      if (!this.#cannotNotify) {
        this.#cannotNotify = true;
        logger.warn(
          `Nobody could be notified of connections that fail; they are shown on the Connections tab and logged here. Install the notifications backend, or see why it refuses: ${error}`,
        );
      }
    }
  }

  async #recipients({ name }: ConnectedTenant): Promise<string[]> {
    const { administrators, stores } = this.#options;
    if (administrators.length > 0) {
      return administrators;
    }
    const authorizations = await Promise.all(
      PURPOSES.map(purpose => stores.authorizations.get(name, purpose)),
    );
    return [
      ...new Set(
        authorizations.flatMap(authorization =>
          authorization ? [authorization.authorizedBy] : [],
        ),
      ),
    ];
  }

  async #credential(
    purpose: ConnectionPurpose,
    connection: ConnectionConfig,
  ): Promise<ConnectionCredential> {
    const { authorizations, connections } = this.#options.stores;
    const { name, credential, authority, target } = connection;
    const [authorization, refusal] = await Promise.all([
      credential.type === 'authorizationCode'
        ? authorizations.get(name, purpose)
        : undefined,
      connections.refusals(name, purpose, RETRY_AFTER_MS).current(),
    ]);
    return {
      purpose,
      type: credential.type,
      clientId:
        connection.clientId ??
        (credential.type === 'managedIdentity'
          ? credential.identityClientId
          : undefined) ??
        null,
      authority,
      target,
      certificate: describeCertificate(connection),
      authorization: authorization ?? null,
      refusal: refusal
        ? {
            message: refusal.message,
            mend: refusal.mend,
            since: refusal.since,
            retryAt: refusal.retryAt,
            requestId: refusal.requestId,
          }
        : null,
    };
  }
}

function statusOf(
  credentials: ConnectionCredential[],
  check: CheckUp | undefined,
): ConnectionStatus {
  const [sync] = credentials;
  if (sync.type === 'authorizationCode' && !sync.authorization) {
    return 'notAuthorized';
  }
  if (sync.refusal || check?.findings.some(isFailing)) {
    return 'failing';
  }
  if (!check) {
    return 'notChecked';
  }
  return check.findings.some(({ status }) => status === 'warning')
    ? 'attention'
    : 'connected';
}

/** Null also where it cannot be read, which the check-up says. */
function describeCertificate(
  connection: ConnectionConfig,
): ConnectionCredential['certificate'] {
  const source = certificateOf(connection);
  if (!source) {
    return null;
  }
  try {
    const { subject, thumbprintSha256, expiresAt } = readCertificate(source);
    return { subject, thumbprint: thumbprintSha256, expiresAt };
  } catch {
    return null;
  }
}

function sentence({ message, mend }: GraphError): string {
  return mend ? `${message}. ${mend}` : message;
}

async function redeem(
  connection: ConnectionConfig,
  pending: PendingAuthorization,
  code: string,
): Promise<SignIn> {
  const { codeVerifier, nonce, redirectUri, permissions } = pending;
  try {
    return await createAuthorizationCodeFlow(connection).redeem({
      code,
      codeVerifier,
      nonce,
      redirectUri,
      permissions,
    });
  } catch (error) {
    if (!(error instanceof GraphError)) {
      throw error;
    }
    throw error.kind === 'credential'
      ? new InputError(sentence(error))
      : new ServiceUnavailableError(sentence(error));
  }
}
