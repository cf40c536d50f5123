import {
  createHash,
  createPublicKey,
  KeyObject,
  randomUUID,
  X509Certificate,
} from 'crypto';
import type { JSONWebKeySet } from 'jose';
import { DEFAULT_ROLES } from '../permissions';
import { LoginError } from './refusals';
import { Secrets } from './Secrets';

/** What `Simulator.registerApplication` needs. */
export interface ApplicationOptions {
  /** Default: a new GUID. */
  clientId?: string;
  displayName: string;
  /** Without one the application has no client secret. */
  clientSecret?: string;
  /** Application permissions with an administrator's consent; default: none. */
  roles?: readonly string[];
  /** The delegated permissions that `/.default` stands for; default: `roles`, or `DEFAULT_ROLES` where there are none. */
  delegatedPermissions?: readonly string[];
  /** Addresses people are sent back to, compared letter by letter. Default: any on this machine. */
  redirectUris?: readonly string[];
}

/** A federated identity credential: whose tokens stand for a certificate of the application. */
export interface FederatedCredential {
  issuer: string;
  subject: string;
  /** Default `api://AzureADTokenExchange`. */
  audience?: string;
  /** Whose signature is trusted: keys, a public key (PEM), or left out: the simulator's own, as for its managed identities. */
  jwks?: JSONWebKeySet;
  publicKey?: string;
}

/** What a token for federation must be meant for. */
export const TOKEN_EXCHANGE = 'api://AzureADTokenExchange';

/** A certificate the application may sign assertions with. */
export interface RegisteredCertificate {
  /** SHA-256 of the certificate, base64url: `x5t#S256` of an assertion. */
  readonly thumbprint: string;
  readonly publicKey: KeyObject;
  /** Milliseconds since 1970. */
  readonly validFrom: number;
  readonly validTo: number;
}

const LOOPBACK = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/|$)/i;

/** An app registration with its service principal; its state can be changed at any time. */
export class Application {
  readonly clientId: string;
  readonly displayName: string;
  /** Id of the service principal. */
  readonly objectId = randomUUID();
  /** Application permissions of tokens issued from now on. */
  roles: readonly string[];
  /** Delegated permissions that `/.default` stands for. */
  delegatedPermissions: readonly string[];
  redirectUris: readonly string[] | undefined;

  readonly #secrets: Secrets;
  readonly #certificates = new Map<string, RegisteredCertificate>();
  readonly #federations: FederatedCredential[] = [];
  readonly #consents = new Map<string, Set<string>>();
  #clientSecret: string | undefined;
  #secretExpired = false;
  #disabled = false;
  #rolesConsented = true;
  #delegatedConsented = false;

  /** @internal */
  constructor(options: ApplicationOptions, secrets: Secrets) {
    this.#secrets = secrets;
    this.clientId = options.clientId ?? randomUUID();
    this.displayName = options.displayName;
    this.roles = options.roles ?? [];
    this.delegatedPermissions =
      options.delegatedPermissions ?? options.roles ?? DEFAULT_ROLES;
    this.redirectUris = options.redirectUris;
    if (options.clientSecret !== undefined)
      this.setSecret(options.clientSecret);
  }

  get disabled(): boolean {
    return this.#disabled;
  }

  /** Refuses tokens from now on (AADSTS7000112). */
  disable(): void {
    this.#disabled = true;
  }

  enable(): void {
    this.#disabled = false;
  }

  /** Replaces the client secret; the new one has not expired. */
  setSecret(clientSecret: string): void {
    this.#clientSecret = this.#secrets.add(clientSecret);
    this.#secretExpired = false;
  }

  /** The client secret is right, but expired (AADSTS7000222). */
  expireSecret(): void {
    this.#secretExpired = true;
  }

  /**
   * Adds a certificate that may sign assertions.
   *
   * @returns its SHA-256 thumbprint as `x5t#S256` carries it
   * @throws Error for what is not a certificate in PEM form
   */
  addCertificate(pem: string): string {
    const certificate = new X509Certificate(pem);
    const thumbprint = createHash('sha256')
      .update(certificate.raw)
      .digest('base64url');
    this.#certificates.set(thumbprint, {
      thumbprint,
      publicKey: certificate.publicKey,
      validFrom: Date.parse(certificate.validFrom),
      validTo: Date.parse(certificate.validTo),
    });
    return thumbprint;
  }

  removeCertificate(thumbprint: string): void {
    this.#certificates.delete(thumbprint);
  }

  /** Takes tokens of that issuer about that subject as proof of this application. */
  trustFederation(credential: FederatedCredential): void {
    if (credential.publicKey !== undefined)
      createPublicKey(credential.publicKey);
    this.#federations.push(credential);
  }

  /** An administrator consents for everyone: to the application permissions and the delegated ones. */
  grantConsent(): void {
    this.#rolesConsented = true;
    this.#delegatedConsented = true;
  }

  /** Takes back every consent: of administrators and of people (AADSTS65001; application tokens carry no roles). */
  revokeConsent(): void {
    this.#rolesConsented = false;
    this.#delegatedConsented = false;
    this.#consents.clear();
  }

  /** @internal What an application token carries now. */
  get grantedRoles(): readonly string[] {
    return this.#rolesConsented ? this.roles : [];
  }

  /** @internal */
  consent(userId: string, permissions: Iterable<string>): void {
    this.#consents.set(
      userId,
      new Set([...this.consented(userId), ...permissions]),
    );
  }

  /** @internal What the person, or an administrator for everyone, consented to. */
  consented(userId: string): ReadonlySet<string> {
    return new Set([
      ...(this.#consents.get(userId) ?? []),
      ...(this.#delegatedConsented ? this.delegatedPermissions : []),
    ]);
  }

  /** @internal */
  certificate(thumbprint: string): RegisteredCertificate | undefined {
    return this.#certificates.get(thumbprint);
  }

  /** @internal */
  get federations(): readonly FederatedCredential[] {
    return this.#federations;
  }

  /**
   * @internal
   * @throws LoginError 7000215 or 7000222
   */
  checkSecret(secret: string, refuseAny: boolean): void {
    if (refuseAny || secret !== this.#clientSecret) {
      throw new LoginError(
        7000215,
        `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${this.clientId}'.`,
      );
    }
    if (this.#secretExpired) {
      throw new LoginError(
        7000222,
        `The provided client secret keys for app '${this.clientId}' are expired. Visit the Azure portal to create new keys for your app, or consider using certificate credentials for added security.`,
      );
    }
  }

  /** @internal */
  acceptsRedirectUri(uri: string): boolean {
    return this.redirectUris
      ? this.redirectUris.includes(uri)
      : LOOPBACK.test(uri);
  }

  toJSON() {
    return {
      clientId: this.clientId,
      displayName: this.displayName,
      roles: this.roles,
      delegatedPermissions: this.delegatedPermissions,
      redirectUris: this.redirectUris,
      disabled: this.#disabled,
      secretExpired: this.#secretExpired,
      certificates: [...this.#certificates.keys()],
    };
  }
}

/** The app registrations of the tenant. */
export class Applications {
  readonly #byClientId = new Map<string, Application>();

  constructor(private readonly secrets: Secrets) {}

  /** @throws Error when the client id is taken. */
  register(options: ApplicationOptions): Application {
    const application = new Application(options, this.secrets);
    if (this.find(application.clientId)) {
      throw new Error(
        `The tenant already has an application ${application.clientId}`,
      );
    }
    this.#byClientId.set(application.clientId.toLowerCase(), application);
    return application;
  }

  find(clientId: string): Application | undefined {
    return this.#byClientId.get(clientId.toLowerCase());
  }

  /** @throws Error when there is none. */
  get(clientId: string): Application {
    const application = this.find(clientId);
    if (!application) {
      throw new Error(`The tenant has no application ${clientId}`);
    }
    return application;
  }

  get all(): Application[] {
    return [...this.#byClientId.values()];
  }
}
