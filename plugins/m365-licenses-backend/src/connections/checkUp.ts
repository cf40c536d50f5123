import { isError } from '@backstage/errors';
import type {
  ConnectionPurpose,
  Finding,
  FindingId,
  FindingStatus,
} from 'backstage-plugin-m365-licenses-common';
import { EncryptionKeyError } from '../database/encryption';
import type { AuthorizationStore } from '../database/types';
import { readCertificate } from '../graph/certificate';
import { GraphError } from '../graph/errors';
import type {
  ActiveUserRow,
  CertificateSource,
  ConnectionConfig,
  GraphConnection,
  TokenFacts,
} from '../graph/types';
import { STALE_REPORT_DAYS } from '../insights/activity';
import {
  countNames,
  isConcealedReport,
  type NameCounts,
} from '../insights/concealment';
import {
  carried,
  NEEDS,
  needsOf,
  tasksByPurpose,
  WRITES,
  type CheckedTask,
  type Need,
  type Purposes,
} from './permissions';
import {
  assignRole,
  AUTHORIZE,
  byHand,
  configKey,
  grant,
  mendRefusal,
  revoke,
  uploadCertificate,
} from './steps';

const DAY_MS = 86_400_000;
/** A certificate that expires so soon is warned about. */
const EXPIRES_SOON_MS = 30 * DAY_MS;
/** Microsoft refuses what a certificate signed when the clock is off by more. */
const CLOCK_FAILS_MS = 300_000;
const CLOCK_WARNS_MS = 60_000;

/** In the order in which they are looked at, and in which one hinders the next. */
const ORDER: FindingId[] = [
  'authorization',
  'token',
  'certificate',
  'identity',
  'clock',
  'directory',
  'permissions',
  'signInActivity',
  'report',
  'concealment',
];

/** A tenant as a check-up looks at it. */
export interface CheckedTenant extends Purposes {
  connection: ConnectionConfig;
  graph: GraphConnection;
  /** The one that writes: `graph` itself unless reclamation has its own credentials. */
  reclamationGraph: GraphConnection;
}

export interface CheckUpOptions {
  authorizations: AuthorizationStore;
  /** Whether reclamation may take people out of groups. */
  leaveGroups: boolean;
  now: () => Date;
  /** Ends the looking; what was not answered by then is a finding. */
  signal: AbortSignal;
}

/** The certificate that an application signs with, if it does. */
export function certificateOf({
  credential,
}: ConnectionConfig): CertificateSource | undefined {
  const client =
    credential.type === 'authorizationCode' ? credential.client : credential;
  return client.type === 'clientCertificate' ? client.source : undefined;
}

type Details = Partial<Pick<Finding, 'task' | 'steps' | 'requestId'>>;

/** One set of credentials, and what was found of it so far. */
class Look {
  readonly #tenant: CheckedTenant;
  readonly #purpose: ConnectionPurpose;
  readonly #tasks: CheckedTask[];
  readonly #options: CheckUpOptions;
  readonly #findings: Finding[] = [];

  constructor(
    tenant: CheckedTenant,
    purpose: ConnectionPurpose,
    tasks: CheckedTask[],
    options: CheckUpOptions,
  ) {
    this.#tenant = tenant;
    this.#purpose = purpose;
    this.#tasks = tasks;
    this.#options = options;
  }

  /** The credentials, and what Microsoft gives for them. */
  async everything(): Promise<Finding[]> {
    const facts = await this.#signIn();
    if (facts) {
      this.#permissions(facts);
      if (await this.#directory()) {
        await this.#signInActivity(facts);
        await this.#reports(facts);
      }
    }
    return this.#findings;
  }

  /** The credentials alone: nothing is read with those that only write. */
  async credentials(): Promise<Finding[]> {
    const facts = await this.#signIn();
    if (facts) {
      this.#permissions(facts);
    }
    return this.#findings;
  }

  #found(
    id: FindingId,
    status: FindingStatus,
    title: string,
    detail: string,
    details: Details = {},
  ): void {
    this.#findings.push({
      id,
      purpose: this.#purpose,
      task: null,
      status,
      title,
      detail,
      steps: [],
      requestId: null,
      ...details,
    });
  }

  async #signIn(): Promise<TokenFacts | undefined> {
    this.#certificate();
    if (!(await this.#authorization())) {
      return undefined;
    }
    let facts: TokenFacts;
    try {
      facts = await this.#tenant.graph.identity(this.#request());
    } catch (error) {
      this.#noToken(error);
      return undefined;
    }
    this.#found(
      'token',
      'ok',
      'Signing in at Microsoft works',
      'Microsoft gave a token just now.',
    );
    this.#identity(facts);
    return facts;
  }

  #request() {
    return { signal: this.#options.signal };
  }

  async #authorization(): Promise<boolean> {
    const { connection } = this.#tenant;
    if (connection.credential.type !== 'authorizationCode') {
      return true;
    }
    const authorization = await this.#options.authorizations.get(
      connection.name,
      this.#purpose,
    );
    if (!authorization) {
      this.#found(
        'authorization',
        'failing',
        'Nobody signed in',
        'This connection works on behalf of a person, and nobody has signed in at Microsoft for it.',
        { steps: [AUTHORIZE] },
      );
      return false;
    }
    this.#found(
      'authorization',
      'ok',
      `${authorization.userPrincipalName} signed in`,
      `Authorized on ${authorization.authorizedAt.slice(0, 10)} by ${
        authorization.authorizedBy
      }.`,
    );
    return true;
  }

  #noToken(error: unknown): void {
    const { connection } = this.#tenant;
    if (error instanceof EncryptionKeyError) {
      this.#found(
        'token',
        'failing',
        'The stored sign-in cannot be read',
        error.message,
        {
          steps: [
            byHand(
              'Add the former key to the end of m365Licenses.encryptionKeys and restart the portal',
            ),
            { ...AUTHORIZE, text: `Or: ${AUTHORIZE.text}` },
          ],
        },
      );
      return;
    }
    if (error instanceof GraphError && error.kind === 'credential') {
      this.#found(
        'token',
        'failing',
        'Signing in at Microsoft fails',
        error.message,
        {
          steps: mendRefusal(connection, this.#purpose, error),
          requestId: error.requestId ?? null,
        },
      );
      return;
    }
    this.#failed('token', 'failing', error);
  }

  /**
   * A call to Microsoft that failed, in its own words.
   *
   * @param status - how bad it is when Microsoft was only not there or busy
   * @throws what is no failure of Microsoft
   */
  #failed(id: FindingId, status: FindingStatus, error: unknown): void {
    if (this.#options.signal.aborted) {
      this.#found(
        id,
        status,
        'Microsoft did not answer in time',
        'The check-up gave up waiting. Microsoft may be slow, limit requests, or not be reachable from here.',
        {
          steps: [
            byHand(
              'Check again in some minutes; if it stays so, check that this machine reaches the addresses of authority and target',
            ),
          ],
        },
      );
      return;
    }
    if (!(error instanceof GraphError)) {
      throw error;
    }
    const titles: Partial<Record<GraphError['kind'], string>> = {
      network: 'Microsoft cannot be reached',
      throttled: 'Microsoft limits requests',
      permission: 'Microsoft refuses it',
      credential: 'Microsoft refuses the token',
    };
    const isPassing = error.kind === 'network' || error.kind === 'throttled';
    this.#found(
      id,
      isPassing ? status : 'failing',
      titles[error.kind] ?? 'Microsoft answers something else than expected',
      error.message,
      {
        steps: error.mend ? [byHand(error.mend)] : [],
        requestId: error.requestId ?? null,
      },
    );
  }

  #certificate(): void {
    const { connection } = this.#tenant;
    const source = certificateOf(connection);
    if (!source) {
      return;
    }
    const key = configKey(connection, this.#purpose);
    let certificate;
    try {
      certificate = readCertificate(source);
    } catch (error) {
      this.#found(
        'certificate',
        'failing',
        'The certificate cannot be used',
        `${key}.clientCertificate.${
          isError(error) ? error.message : 'certificate is unreadable'
        }`,
        {
          steps: [
            byHand(
              'Put certificate and private key back in their place, so that the portal may read them',
            ),
          ],
        },
      );
      return;
    }
    const now = this.#options.now().getTime();
    const { subject, notBefore, expiresAt } = certificate;
    const left = Date.parse(expiresAt) - now;
    const until = expiresAt.slice(0, 10);
    const steps = uploadCertificate(connection, key, { isNew: true });
    if (Date.parse(notBefore) > now) {
      this.#found(
        'certificate',
        'failing',
        'The certificate is not valid yet',
        `${subject} is valid from ${notBefore}; Microsoft refuses it before.`,
        { steps },
      );
    } else if (left <= 0) {
      this.#found(
        'certificate',
        'failing',
        'The certificate has expired',
        `${subject} was valid until ${until}; Microsoft refuses it.`,
        { steps },
      );
    } else if (left <= EXPIRES_SOON_MS) {
      this.#found(
        'certificate',
        'warning',
        `The certificate expires in ${Math.floor(left / DAY_MS)} days`,
        `${subject} is valid until ${until}; then Microsoft refuses it, and the tasks stop.`,
        { steps },
      );
    } else {
      this.#found(
        'certificate',
        'ok',
        `The certificate is valid until ${until}`,
        subject,
      );
    }
  }

  #identity(facts: TokenFacts): void {
    const { connection } = this.#tenant;
    if (facts.tenantId === null) {
      return;
    }
    if (facts.tenantId.toLowerCase() !== connection.tenantId.toLowerCase()) {
      this.#found(
        'identity',
        'failing',
        'The token belongs to another tenant',
        `Microsoft gave a token for the tenant ${facts.tenantId}, and ${connection.tenantId} is configured.`,
        {
          steps: [
            byHand(
              connection.credential.type === 'managedIdentity'
                ? 'A managed identity belongs to the tenant of its Azure subscription; for another tenant, register an application there and set managedIdentity.federated: true with its clientId'
                : `Check m365Licenses.tenants.${connection.name}.tenantId`,
            ),
          ],
        },
      );
      return;
    }
    const application =
      facts.applicationName ?? facts.clientId ?? 'the application';
    this.#found(
      'identity',
      'ok',
      `Connected as ${facts.userPrincipalName ?? application}`,
      facts.kind === 'delegated'
        ? `Microsoft takes us for ${
            facts.userPrincipalName ?? 'who signed in'
          }, who signed in through ${application}.`
        : `Microsoft takes us for the application ${application}.`,
    );
  }

  /** @returns whether Microsoft Graph answers */
  async #directory(): Promise<boolean> {
    const { connection, graph } = this.#tenant;
    let organization;
    try {
      organization = await graph.organization(this.#request());
    } catch (error) {
      if (!(error instanceof GraphError) || error.kind !== 'permission') {
        this.#failed('directory', 'failing', error);
        return false;
      }
      this.#found(
        'directory',
        'warning',
        'Microsoft Graph answers, but shows nothing of the directory',
        'The tenant\'s own record needs a permission to read the directory. That of an enabled task will do; see "permissions".',
        { requestId: error.requestId ?? null },
      );
      return true;
    }
    if (organization.serverTime !== null) {
      this.#clock(organization.serverTime);
    }
    this.#found(
      'directory',
      'ok',
      `The directory of ${organization.displayName} is reachable`,
      `Microsoft Graph answers at ${connection.target}.`,
    );
    return true;
  }

  #clock(serverTime: string): void {
    const skew = Math.abs(
      this.#options.now().getTime() - Date.parse(serverTime),
    );
    const seconds = Math.round(skew / 1000);
    if (skew <= CLOCK_WARNS_MS) {
      this.#found(
        'clock',
        'ok',
        'The clock is right',
        `It differs from Microsoft's by ${seconds} s.`,
      );
      return;
    }
    this.#found(
      'clock',
      skew > CLOCK_FAILS_MS ? 'failing' : 'warning',
      `The clock is wrong by ${seconds} s`,
      'Beyond 300 s Microsoft refuses what a certificate signs, and tokens are taken for fresh or expired when they are not.',
      {
        steps: [
          {
            text: 'Let a time server (NTP) set the clock of the machine that the portal runs on',
            command: 'timedatectl set-ntp true',
          },
        ],
      },
    );
  }

  #permissions(facts: TokenFacts): void {
    for (const task of this.#tasks) {
      this.#permissionsOf(task, facts);
    }
    const writes = WRITES.filter(name => facts.permissions.includes(name));
    if (!this.#tasks.includes('reclamation') && writes.length > 0) {
      this.#found(
        'permissions',
        'warning',
        'Licenses could be changed, though nothing here does',
        `The token carries ${writes.join(' and ')}. ${
          this.#tenant.reclamationEnabled
            ? 'Reclamation has credentials of its own, so these need only read.'
            : 'Reclamation is switched off, so reading is enough.'
        }`,
        {
          task: 'reclamation',
          steps: revoke(this.#tenant.connection, writes),
        },
      );
    }
  }

  #permissionsOf(task: CheckedTask, facts: TokenFacts): void {
    const { connection } = this.#tenant;
    const { title, required, optional, roles } = needsOf(task, {
      tasks: this.#tasks,
      leaveGroups: this.#options.leaveGroups,
    });
    const needs = [required, ...optional];
    const isMissing = (need: Need) =>
      carried(need, facts.permissions).length === 0;
    const isLeast = (need: Need) =>
      [need.permission, ...need.alsoWorks].some(name =>
        facts.permissions.includes(name),
      );
    const broader = [...new Set(needs.flatMap(need => need.broader))].filter(
      name => facts.permissions.includes(name),
    );
    const lacksRole =
      facts.kind === 'delegated' &&
      facts.roleTemplateIds !== null &&
      roles !== undefined &&
      !roles.templateIds.some(id => facts.roleTemplateIds?.includes(id));

    const problems: Pick<Finding, 'status' | 'title' | 'detail'>[] = [];
    if (isMissing(required)) {
      problems.push({
        status: 'failing',
        title: `${required.permission} is missing`,
        detail: `Without ${required.permission} Microsoft refuses it.`,
      });
    }
    if (lacksRole) {
      problems.push({
        status: 'failing',
        title: `the role ${roles.least} is missing`,
        detail: `${
          facts.userPrincipalName ?? 'Who signed in'
        } holds no directory role that Microsoft asks for besides the permission; ${
          roles.least
        } is the least one.`,
      });
    }
    for (const { permission, opens } of optional.filter(isMissing)) {
      problems.push({
        status: 'warning',
        title: 'something is left out',
        detail: `Without ${permission} it leaves out ${opens}.`,
      });
    }
    if (broader.length > 0) {
      problems.push({
        status: 'warning',
        title: 'broader permissions than needed',
        detail: `${broader.join(
          ' and ',
        )} works, and opens more than is needed; enough would be ${needs
          .map(need => need.permission)
          .join(', ')}.`,
      });
    }
    const [worst] = problems;
    this.#found(
      'permissions',
      worst?.status ?? 'ok',
      `${title}: ${worst?.title ?? 'the permissions are right'}`,
      worst
        ? problems.map(problem => problem.detail).join(' ')
        : `The token carries ${needs
            .flatMap(need => carried(need, facts.permissions).slice(0, 1))
            .join(', ')}.`,
      {
        task,
        steps: [
          ...grant(
            connection,
            needs.filter(need => !isLeast(need)).map(need => need.permission),
            facts,
          ),
          ...(lacksRole
            ? assignRole(
                roles.least,
                roles.templateIds[0],
                facts.userPrincipalName,
              )
            : []),
          ...revoke(connection, broader),
        ],
      },
    );
  }

  async #signInActivity(facts: TokenFacts): Promise<void> {
    const [signIns] = NEEDS['application-roster'].optional;
    if (
      !this.#opens('application-roster', facts) ||
      carried(signIns, facts.permissions).length === 0
    ) {
      return;
    }
    try {
      await this.#tenant.graph.probeSignInActivity(this.#request());
    } catch (error) {
      if (error instanceof GraphError && error.kind === 'premium') {
        this.#found(
          'signInActivity',
          'warning',
          'The plan of the tenant gives no last sign-ins',
          'Last sign-ins need Microsoft Entra ID P1 or P2. Application Roster leaves them out; everything else is synced all the same.',
          {
            steps: [
              byHand(
                'Nothing, if last sign-ins are not needed; else Microsoft 365 admin center → Billing → Purchase services: Microsoft Entra ID P1, or a plan that contains it',
              ),
            ],
            requestId: error.requestId ?? null,
          },
        );
        return;
      }
      this.#failed('signInActivity', 'warning', error);
      return;
    }
    this.#found(
      'signInActivity',
      'ok',
      'Last sign-ins can be read',
      'The plan of the tenant gives them.',
    );
  }

  /** Whether this task is looked at, and carries what it cannot do without. */
  #opens(task: CheckedTask, facts: TokenFacts): boolean {
    return (
      this.#tasks.includes(task) &&
      carried(NEEDS[task].required, facts.permissions).length > 0
    );
  }

  async #reports(facts: TokenFacts): Promise<void> {
    if (
      !this.#opens('application-access', facts) ||
      this.#options.signal.aborted
    ) {
      return;
    }
    const names = await this.#report();
    if (!this.#options.signal.aborted) {
      await this.#concealment(facts, names);
    }
  }

  /**
   * Reads the beginning of the shortest report.
   *
   * @returns the names in it; undefined when it cannot be read
   */
  async #report(): Promise<NameCounts | undefined> {
    let rows: ActiveUserRow[] | undefined;
    try {
      for await (const batch of this.#tenant.graph.activeUserDetail(
        'D7',
        this.#request(),
      )) {
        if (batch.rows.length > 0) {
          rows = batch.rows;
          break;
        }
      }
    } catch (error) {
      this.#failed('report', 'warning', error);
      return undefined;
    }
    if (!rows) {
      this.#found(
        'report',
        'warning',
        'The report holds no rows yet',
        'Microsoft fills the first report of a new tenant after some days.',
        {
          steps: [
            byHand(
              'Nothing in a new tenant; else see whether Microsoft 365 admin center → Reports → Usage shows numbers',
            ),
          ],
        },
      );
      return undefined;
    }
    const date = rows[0].reportRefreshDate;
    const days = Math.floor(
      (this.#options.now().getTime() - Date.parse(date)) / DAY_MS,
    );
    if (days > STALE_REPORT_DAYS) {
      this.#found(
        'report',
        'warning',
        `The newest report is ${days} days old`,
        `Microsoft last made it on ${date}; usually it is one to three days old. What happened since then is not known yet.`,
        {
          steps: [
            byHand(
              'Wait: Microsoft makes it up by itself. See Microsoft 365 admin center → Health → Service health for a known delay',
            ),
          ],
        },
      );
    } else {
      this.#found(
        'report',
        'ok',
        'Reports can be read',
        `The newest one is of ${date}.`,
      );
    }
    return countNames(rows.map(row => row.userPrincipalName));
  }

  /** Rule 9: by the setting where it may be read, and by the shape of the names. */
  async #concealment(
    facts: TokenFacts,
    names: NameCounts | undefined,
  ): Promise<void> {
    const [settings] = NEEDS['application-access'].optional;
    let concealsBySetting: boolean | undefined;
    if (carried(settings, facts.permissions).length > 0) {
      try {
        concealsBySetting = (
          await this.#tenant.graph.reportSettings(this.#request())
        ).displayConcealedNames;
      } catch (error) {
        const isRefused =
          error instanceof GraphError && error.kind === 'permission';
        if (!isRefused || !names) {
          this.#failed('concealment', 'warning', error);
          return;
        }
      }
    }
    const concealsByShape = names && isConcealedReport(names);
    const check = byHand(
      'Press Check now, or wait up to an hour: Application Access then goes on by itself',
    );
    if (
      concealsBySetting ||
      (concealsByShape && concealsBySetting === undefined)
    ) {
      this.#found(
        'concealment',
        'failing',
        'Reports conceal the names',
        'Microsoft puts made-up names in the place of people in all reports, so nobody can be told apart. Application Access stores nothing; what was known before stays.',
        {
          steps: [
            {
              text: 'Microsoft 365 admin center → Settings → Org settings → Services → Reports: clear "Display concealed user, group, and site names in all reports" and save',
              command:
                'Connect-MgGraph -Scopes ReportSettings.ReadWrite.All; Update-MgAdminReportSetting -BodyParameter @{ displayConcealedNames = $false }',
            },
            check,
          ],
        },
      );
    } else if (concealsByShape) {
      this.#found(
        'concealment',
        'failing',
        'The newest report still conceals the names',
        'The setting was changed, and reports that Microsoft makes from now on carry names. Until then Application Access stores nothing.',
        { steps: [check] },
      );
    } else if (concealsBySetting === false || names) {
      this.#found(
        'concealment',
        'ok',
        'Reports show names',
        concealsBySetting === false
          ? 'The setting that conceals them is off.'
          : 'The newest report carries them.',
      );
    }
  }
}

/**
 * Looks at everything a tenant's connection needs.
 *
 * What could not be looked at because something before it fails is left out.
 *
 * @returns what was found, in the order in which a person would mend it;
 *   nothing in it is secret
 */
export async function lookAt(
  tenant: CheckedTenant,
  options: CheckUpOptions,
): Promise<Finding[]> {
  const { sync, reclamation } = tasksByPurpose(tenant);
  const looks = [new Look(tenant, 'sync', sync, options).everything()];
  if (tenant.reclamationConnection && tenant.reclamationEnabled) {
    looks.push(
      new Look(
        {
          ...tenant,
          connection: tenant.reclamationConnection,
          graph: tenant.reclamationGraph,
        },
        'reclamation',
        reclamation,
        options,
      ).credentials(),
    );
  }
  const findings = (await Promise.all(looks)).flat();
  return ORDER.flatMap(id => findings.filter(finding => finding.id === id));
}
