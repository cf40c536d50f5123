import { createPublicKey } from 'crypto';
import {
  compactVerify,
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
} from 'jose';
import { z } from 'zod/v3';
import { Faults } from '../faults';
import { Tenant } from '../tenant/Tenant';
import {
  Application,
  Applications,
  FederatedCredential,
  TOKEN_EXCHANGE,
} from './applications';
import { LoginError } from './refusals';
import { signingKeySet, Tokens } from './tokens';

/** The parameters of a token request. */
export type Form = ReadonlyMap<string, string>;

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** Microsoft's clock may differ by that much from the client's. */
const TOLERANCE_MS = 5 * 60_000;

const claimsSchema = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  exp: z.number(),
  nbf: z.number().optional(),
  jti: z.string().optional(),
});
type Claims = z.infer<typeof claimsSchema>;

const headerSchema = z.object({
  alg: z.string(),
  'x5t#S256': z.string().optional(),
});

/** @throws LoginError 900144 for a parameter that is missing. */
export function required(form: Form, name: string): string {
  const value = form.get(name);
  if (!value) {
    throw new LoginError(
      900144,
      `The request body must contain the following parameter: '${name}'.`,
    );
  }
  return value;
}

/** How an application proves at the token endpoint that it is the one. */
export class ClientAuthentication {
  /** The assertion behind each `jti`: the same one may come again, as msal sends it while it is valid. */
  readonly #assertions = new Map<string, string>();

  constructor(
    private readonly tenant: Tenant,
    private readonly applications: Applications,
    private readonly faults: Faults,
    private readonly tokens: Tokens,
    private readonly origin: () => string,
  ) {}

  /**
   * The application, which proved itself by secret, certificate or federation.
   *
   * @throws LoginError
   */
  async application(form: Form): Promise<Application> {
    const application = this.find(required(form, 'client_id'));
    const assertion = form.get('client_assertion');
    if (assertion) {
      if (form.get('client_assertion_type') !== JWT_BEARER) {
        throw new LoginError(9002313);
      }
      await this.#checkAssertion(application, assertion);
      return application;
    }
    const secret = form.get('client_secret');
    if (!secret) {
      throw new LoginError(
        form.get('grant_type') === 'client_credentials' ? 7000216 : 7000218,
      );
    }
    application.checkSecret(secret, this.faults.refuseSecret);
    return application;
  }

  /** @throws LoginError for an application that is unknown (700016) or disabled (7000112). */
  find(clientId: string): Application {
    const application = this.applications.find(clientId);
    if (!application) {
      throw new LoginError(
        700016,
        `Application with identifier '${clientId}' was not found in the directory '${this.tenant.displayName}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.`,
      );
    }
    if (application.disabled) {
      throw new LoginError(
        7000112,
        `Application '${application.clientId}'(${application.displayName}) is disabled.`,
      );
    }
    return application;
  }

  async #checkAssertion(application: Application, assertion: string) {
    let claims: Claims;
    let header: z.infer<typeof headerSchema>;
    try {
      claims = claimsSchema.parse(decodeJwt(assertion));
      header = headerSchema.parse(decodeProtectedHeader(assertion));
    } catch {
      throw new LoginError(50027);
    }
    // Applications name themselves by a GUID, identity providers by a URL.
    if (claims.iss.includes('://')) {
      await this.#checkFederated(application, assertion, claims);
    } else {
      const thumbprint = header['x5t#S256'];
      await this.#checkSigned(application, assertion, claims, thumbprint);
    }
    this.#checkTime(claims);
    if (claims.jti !== undefined) {
      const key = `${application.clientId} ${claims.jti}`;
      const before = this.#assertions.get(key) ?? assertion;
      if (before !== assertion) {
        throw new LoginError(
          50027,
          'JWT token is invalid or malformed: another assertion had the same jti.',
        );
      }
      this.#assertions.set(key, assertion);
    }
  }

  async #checkSigned(
    application: Application,
    assertion: string,
    claims: Claims,
    thumbprint: string | undefined,
  ) {
    const reason = (text: string) =>
      new LoginError(
        700027,
        `Client assertion failed signature validation. [Reason - ${text}, Thumbprint of key used by client: '${
          thumbprint ?? ''
        }', Please visit the Azure Portal to check the keys of application '${
          application.clientId
        }'.]`,
      );
    const certificate = application.certificate(thumbprint ?? '');
    if (!certificate) {
      throw reason('The key was not found.');
    }
    try {
      await compactVerify(assertion, certificate.publicKey, {
        algorithms: ['PS256'],
      });
    } catch {
      throw reason(
        'The key was found, but use of the key to verify the signature failed.',
      );
    }
    const now = this.#now();
    if (now > certificate.validTo || now < certificate.validFrom) {
      throw reason('The key used is expired.');
    }
    if (claims.iss !== application.clientId || claims.sub !== claims.iss) {
      throw new LoginError(700021);
    }
    const accepted = [this.tenant.tenantId, this.tenant.domain].flatMap(
      tenant => [
        `${this.origin()}/${tenant}/oauth2/v2.0/token`,
        `${this.origin()}/${tenant}/v2.0`,
      ],
    );
    if (![claims.aud].flat().some(audience => accepted.includes(audience))) {
      throw new LoginError(700023);
    }
  }

  async #checkFederated(
    application: Application,
    assertion: string,
    claims: Claims,
  ) {
    const mismatch = (number: number, what: string, presented: string) =>
      new LoginError(
        number,
        `No matching federated identity record found for presented assertion ${what} '${presented}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion.`,
      );
    const ofIssuer = application.federations.filter(
      ({ issuer }) => issuer === claims.iss,
    );
    if (ofIssuer.length === 0) {
      throw mismatch(700211, 'issuer', claims.iss);
    }
    const ofSubject = ofIssuer.filter(({ subject }) => subject === claims.sub);
    if (ofSubject.length === 0) {
      throw mismatch(700213, 'subject', claims.sub);
    }
    const audiences = [claims.aud].flat();
    const credential = ofSubject.find(({ audience = TOKEN_EXCHANGE }) =>
      audiences.includes(audience),
    );
    if (!credential) {
      throw mismatch(700212, 'audience', audiences.join(' '));
    }
    try {
      await this.#verifyFederated(credential, assertion);
    } catch {
      throw new LoginError(
        50027,
        'JWT token is invalid or malformed: its signature is not one of its issuer.',
      );
    }
  }

  async #verifyFederated(
    { issuer, jwks, publicKey }: FederatedCredential,
    assertion: string,
  ) {
    const algorithms = { algorithms: ['RS256'] };
    if (publicKey !== undefined) {
      await compactVerify(assertion, createPublicKey(publicKey), algorithms);
    } else if (jwks) {
      await compactVerify(assertion, createLocalJWKSet(jwks), algorithms);
    } else if (issuer === this.tokens.issuer) {
      const own = createLocalJWKSet(await signingKeySet());
      await compactVerify(assertion, own, algorithms);
    } else {
      throw new Error(`No keys are known of ${issuer}`);
    }
  }

  #checkTime({ exp, nbf }: Claims) {
    const now = this.#now();
    if (
      exp * 1000 < now - TOLERANCE_MS ||
      (nbf ?? 0) * 1000 > now + TOLERANCE_MS
    ) {
      const said = (seconds: number | undefined) =>
        seconds === undefined ? 'ever' : new Date(seconds * 1000).toISOString();
      throw new LoginError(
        700024,
        `Client assertion is not within its valid time range. Current time: ${new Date(
          now,
        ).toISOString()}, assertion valid from ${said(
          nbf,
        )}, expiry time of assertion ${said(exp)}.`,
      );
    }
  }

  #now(): number {
    return Date.now() + this.faults.clockAheadSeconds * 1000;
  }
}
