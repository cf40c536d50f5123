import { randomUUID } from 'crypto';
import express, { Request, Router } from 'express';
import { Answer } from '../answers';
import { DELEGATED_PERMISSIONS } from '../permissions';
import type { Serve } from '../server';
import { Account } from '../tenant/model';
import { Tenant } from '../tenant/Tenant';
import { ClientAuthentication } from './clientAuthentication';
import { Agreement, Grants, parseScopes } from './grants';
import { html, page, text } from './html';
import { LoginError } from './refusals';

/** Where in the redirect URI the answer stands: a fragment never leaves the browser. */
const RESPONSE_MODES = ['query', 'fragment'] as const;
type ResponseMode = (typeof RESPONSE_MODES)[number];

/** A sign-in on its way through the two pages. */
interface Transaction extends Omit<Agreement, 'userId'> {
  responseMode: ResponseMode;
  state: string | undefined;
  loginHint: string;
  userId: string | undefined;
}

/** Among the first accounts are the people who tell the tenant's story. */
const PEOPLE_LOOKED_AT = 20;
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

/** Where people sign in and consent. */
export class AuthorizePages {
  readonly #transactions = new Map<string, Transaction>();

  constructor(
    private readonly tenant: Tenant,
    private readonly clients: ClientAuthentication,
    private readonly grants: Grants,
    private readonly origin: () => string,
    private readonly checkTenant: (tenant: string) => void,
  ) {}

  router(serve: Serve): Router {
    const router = Router();
    const answering =
      (handler: (request: Request) => Answer) => (request: Request) => {
        try {
          return handler(request);
        } catch (error) {
          if (!(error instanceof LoginError)) throw error;
          return errorPage(error);
        }
      };
    const form = express.urlencoded({ extended: false });
    router.get(
      '/:tenant/oauth2/v2.0/authorize',
      serve(answering(request => this.#begin(request))),
    );
    router.post(
      '/:tenant/login',
      form,
      serve(answering(request => this.#chooseAccount(request))),
    );
    router.post(
      '/:tenant/consent',
      form,
      serve(answering(request => this.#decide(request))),
    );
    return router;
  }

  #begin(request: Request): Answer {
    const parameter = (name: string): string | undefined => {
      const value = request.query[name];
      return typeof value === 'string' && value ? value : undefined;
    };
    this.checkTenant(request.params.tenant);
    const application = this.clients.find(parameter('client_id') ?? '');
    const redirectUri = parameter('redirect_uri');
    if (!redirectUri) {
      throw new LoginError(500113);
    }
    if (
      !URL.canParse(redirectUri) ||
      !application.acceptsRedirectUri(redirectUri)
    ) {
      throw new LoginError(
        50011,
        `The redirect URI '${redirectUri}' specified in the request does not match the redirect URIs configured for the application '${application.clientId}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal.`,
      );
    }
    const state = parameter('state');
    const wantedMode = parameter('response_mode') ?? 'query';
    const responseMode = RESPONSE_MODES.find(mode => mode === wantedMode);
    try {
      if (parameter('response_type') !== 'code') {
        throw new LoginError(
          700054,
          `response_type '${
            parameter('response_type') ?? ''
          }' is not enabled for the application.`,
        );
      }
      if (!responseMode) {
        throw new LoginError(
          90023,
          "The value of the parameter 'response_mode' is not supported.",
        );
      }
      const codeChallenge = parameter('code_challenge') ?? '';
      if (
        !CHALLENGE.test(codeChallenge) ||
        parameter('code_challenge_method') !== 'S256'
      ) {
        throw new LoginError(
          50147,
          'A code_challenge of the method S256 is required, 43 characters long.',
        );
      }
      const scopes = parseScopes(
        parameter('scope') ?? '',
        application,
        this.origin(),
      );
      if (!scopes.all && !scopes.permissions.length && !scopes.signIn.length) {
        throw new LoginError(
          900144,
          "The request body must contain the following parameter: 'scope'.",
        );
      }
      const id = randomUUID();
      const transaction: Transaction = {
        application,
        scopes,
        redirectUri,
        responseMode,
        codeChallenge,
        nonce: parameter('nonce'),
        state,
        loginHint: parameter('login_hint') ?? '',
        userId: undefined,
      };
      this.#transactions.set(id, transaction);
      return this.#accountPage(id, transaction);
    } catch (error) {
      if (!(error instanceof LoginError)) throw error;
      return redirect(redirectUri, responseMode ?? 'query', {
        error: error.error,
        error_description: error.describe(),
        state,
      });
    }
  }

  #transaction(request: Request): [string, Transaction] {
    const id = String(request.body.transaction);
    const transaction = this.#transactions.get(id);
    if (!transaction) {
      throw new LoginError(
        9002313,
        'This sign-in has ended. Go back to the application and start again.',
      );
    }
    return [id, transaction];
  }

  #chooseAccount(request: Request): Answer {
    const [id, transaction] = this.#transaction(request);
    const name = String(request.body.account ?? '').trim();
    const account = this.tenant.find(name);
    let problem: string | undefined;
    if (!account) {
      problem = `The user account '${name}' does not exist in ${this.tenant.displayName}.`;
    } else if (!account.accountEnabled) {
      problem = `The user account '${name}' is disabled.`;
    }
    if (!account || problem) {
      return this.#accountPage(id, transaction, problem);
    }
    transaction.userId = account.id;
    return this.#consentPage(id, transaction, account);
  }

  #decide(request: Request): Answer {
    const [id, { state, responseMode, userId, loginHint: _, ...agreement }] =
      this.#transaction(request);
    if (userId === undefined) {
      throw new LoginError(9002313);
    }
    this.#transactions.delete(id);
    if (request.body.decision !== 'accept') {
      const error = new LoginError(65004);
      return redirect(agreement.redirectUri, responseMode, {
        error: error.error,
        error_subcode: 'cancel',
        error_description: error.describe(),
        state,
      });
    }
    const code = this.grants.createCode({ ...agreement, userId });
    return redirect(agreement.redirectUri, responseMode, { code, state });
  }

  /** Who holds a directory role, and one who holds none. */
  #people(): Account[] {
    const people = this.tenant.accounts
      .slice(0, PEOPLE_LOOKED_AT)
      .filter(account => account.accountEnabled && account.givenName !== null);
    const plain = people.find(account => account.directoryRoles.length === 0);
    return people.filter(
      account => account.directoryRoles.length > 0 || account === plain,
    );
  }

  #accountPage(id: string, transaction: Transaction, problem?: string): Answer {
    const action = `/${this.tenant.tenantId}/login`;
    const people = this.#people().map(
      account => html`<li>
        <button name="account" value="${account.userPrincipalName}">
          <strong>${account.displayName}</strong>
          <span>${account.userPrincipalName}</span>
          <small
            >${account.directoryRoles.join(', ') || 'No directory role'}</small
          >
        </button>
      </li>`,
    );
    return page(
      200,
      'Sign in to your account',
      html`<p>${this.tenant.displayName}</p>
        <h1>Pick an account</h1>
        <p>to continue to ${transaction.application.displayName}</p>
        ${problem ? html`<p role="alert">${problem}</p>` : text('')}
        <form method="post" action="${action}">
          <input type="hidden" name="transaction" value="${id}" />
          <ul>
            ${people}
          </ul>
        </form>
        <form method="post" action="${action}">
          <input type="hidden" name="transaction" value="${id}" />
          <label for="account">Use another account</label>
          <input
            id="account"
            name="account"
            required
            autocomplete="off"
            value="${transaction.loginHint}"
          />
          <button>Next</button>
        </form>`,
    );
  }

  #consentPage(
    id: string,
    { application, scopes }: Transaction,
    account: Account,
  ): Answer {
    const wanted = new Set([
      ...scopes.permissions,
      ...(scopes.all ? application.delegatedPermissions : []),
    ]);
    const permissions = [...DELEGATED_PERMISSIONS].filter(permission =>
      wanted.has(permission),
    );
    const items = [...permissions, ...scopes.signIn].map(
      permission => html`<li>${permission}</li>`,
    );
    return page(
      200,
      'Permissions requested',
      html`<p>${account.userPrincipalName}</p>
        <h1>Permissions requested</h1>
        <p><strong>${application.displayName}</strong> asks for:</p>
        <ul>
          ${items}
        </ul>
        <form method="post" action="/${this.tenant.tenantId}/consent">
          <input type="hidden" name="transaction" value="${id}" />
          <button name="decision" value="cancel">Cancel</button>
          <button name="decision" value="accept">Accept</button>
        </form>`,
    );
  }
}

/** Back to the application, with what it is to know. */
function redirect(
  redirectUri: string,
  mode: ResponseMode,
  parameters: Record<string, string | undefined>,
): Answer {
  const location = new URL(redirectUri);
  const answer =
    mode === 'query' ? location.searchParams : new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) answer.set(name, value);
  }
  if (mode === 'fragment') location.hash = answer.toString();
  return {
    status: 303,
    headers: { location: location.href, 'cache-control': 'no-store' },
    body: Buffer.alloc(0),
  };
}

function errorPage(error: LoginError): Answer {
  return page(
    400,
    'Sign in to your account',
    html`<h1>Sorry, but we’re having trouble signing you in.</h1>
      <p role="alert">${error.describe()}</p>`,
  );
}
