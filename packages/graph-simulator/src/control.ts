import { X509Certificate } from 'crypto';
import express, { Router } from 'express';
import { z } from 'zod/v3';
import { Faults } from './faults';
import { Application } from './login/applications';
import { Login } from './login/Login';
import { DIRECTORY_ROLES, DirectoryRole } from './permissions';
import type { SimulatorParts } from './server';
import { countUse } from './tenant/use';

const pattern = z.string().transform((source, context) => {
  try {
    return new RegExp(source);
  } catch {
    context.addIssue({ code: 'custom', message: 'not a regular expression' });
    return z.NEVER;
  }
});

const faultSchema = z.discriminatedUnion('kind', [
  z
    .object({ kind: z.literal('throttle'), retryAfter: z.string().optional() })
    .strict(),
  z
    .object({
      kind: z.literal('fail'),
      status: z.number().int().min(400).max(599),
      body: z.enum(['json', 'html', 'text', 'empty']).optional(),
      code: z.string().optional(),
      message: z.string().optional(),
      retryAfter: z.string().optional(),
      done: z.boolean().optional(),
    })
    .strict(),
  z
    .object({
      kind: z.literal('cut'),
      at: z.enum(['body', 'start']).optional(),
    })
    .strict(),
  z
    .object({ kind: z.literal('slow'), milliseconds: z.number().min(0) })
    .strict(),
  z.object({ kind: z.literal('empty-page') }).strict(),
]);

/** What can be switched over HTTP; the names are those of `Faults`. */
const faultsSchema = z
  .object({
    concealNames: z.boolean(),
    refuseSecret: z.boolean(),
    refuseTokens: z
      .object({
        number: z.number().int().positive(),
        error: z.string().optional(),
        message: z.string().optional(),
        echo: z.boolean().optional(),
      })
      .strict()
      .nullable(),
    strictRefreshTokens: z.boolean(),
    clockAheadSeconds: z.number(),
    unknownTenant: z.boolean(),
    nonPremium: z.boolean(),
    licenseChangesVisibleAfter: z.number().min(0),
    groupLicensesProcessedAfter: z.number().min(0),
    reports: z
      .object({
        dropColumns: z.array(z.string()),
        reverseColumns: z.boolean(),
        truncate: z.enum(['connection', 'row']),
        malformedRows: z.number().int().min(0),
        unknownRow: z.boolean(),
        staleDays: z.number().int().min(0),
      })
      .partial()
      .strict(),
    productNames: z
      .object({
        dropColumns: z.array(z.string()),
        truncate: z.enum(['connection', 'row']),
        status: z.number().int().min(400).max(599),
      })
      .partial()
      .strict(),
    denyRoles: z.array(z.string()),
    grantRoles: z.array(z.string()),
    expireTokens: z.literal(true),
    expireCodes: z.literal(true),
    expireRefreshTokens: z.literal(true),
    revokeRefreshTokens: z.literal(true),
    limits: z.array(
      z
        .object({
          requests: z.number().int().min(0),
          seconds: z.number().positive(),
          path: pattern.optional(),
        })
        .strict(),
    ),
    rules: z.array(
      z
        .object({
          method: z.string().optional(),
          path: pattern.optional(),
          nth: z.number().int().min(1).optional(),
          times: z
            .union([z.number().int().min(1), z.literal('always')])
            .optional(),
          fault: faultSchema,
        })
        .strict(),
    ),
  })
  .partial()
  .strict();

const directoryRole = z.custom<DirectoryRole>(
  role => typeof role === 'string' && Object.hasOwn(DIRECTORY_ROLES, role),
  { message: `not one of ${Object.keys(DIRECTORY_ROLES).join(', ')}` },
);

const certificate = z.string().refine(
  pem => {
    try {
      return Boolean(new X509Certificate(pem));
    } catch {
      return false;
    }
  },
  { message: 'not a certificate in PEM form' },
);

const applicationChangesSchema = z
  .object({
    roles: z.array(z.string()),
    delegatedPermissions: z.array(z.string()),
    redirectUris: z.array(z.string()),
    disabled: z.boolean(),
    clientSecret: z.string().min(1),
    expireSecret: z.literal(true),
    consent: z.boolean(),
    addCertificate: certificate,
  })
  .partial()
  .strict();

const newApplicationSchema = z
  .object({
    clientId: z.string().optional(),
    displayName: z.string(),
    clientSecret: z.string().min(1).optional(),
    roles: z.array(z.string()).optional(),
    delegatedPermissions: z.array(z.string()).optional(),
    redirectUris: z.array(z.string()).optional(),
    certificates: z.array(certificate).optional(),
  })
  .strict();

const accountChangesSchema = z
  .object({
    accountEnabled: z.boolean(),
    userPrincipalName: z.string().min(3),
    department: z.string(),
    displayName: z.string(),
    usageLocation: z.string().length(2).nullable(),
    directoryRoles: z.array(directoryRole),
  })
  .partial()
  .strict();

const groupChangesSchema = z
  .object({
    displayName: z.string().min(1),
    groupTypes: z.array(z.string()),
    membershipRule: z.string().nullable(),
    onPremisesSyncEnabled: z.boolean().nullable(),
    skuIds: z.array(z.string()),
    ownerIds: z.array(z.string()),
  })
  .partial()
  .strict();

const useOptionsSchema = z
  .object({
    today: z.string().date(),
    inactiveAfterDays: z.coerce.number().int().min(1),
    graceDays: z.coerce.number().int().min(0),
  })
  .partial()
  .strict();

function apply(
  faults: Faults,
  { grants }: Login,
  wanted: z.infer<typeof faultsSchema>,
) {
  faults.concealNames = wanted.concealNames ?? faults.concealNames;
  faults.refuseSecret = wanted.refuseSecret ?? faults.refuseSecret;
  if (wanted.refuseTokens !== undefined) {
    faults.refuseTokens = wanted.refuseTokens ?? undefined;
  }
  faults.strictRefreshTokens =
    wanted.strictRefreshTokens ?? faults.strictRefreshTokens;
  faults.clockAheadSeconds =
    wanted.clockAheadSeconds ?? faults.clockAheadSeconds;
  faults.unknownTenant = wanted.unknownTenant ?? faults.unknownTenant;
  faults.nonPremium = wanted.nonPremium ?? faults.nonPremium;
  faults.licenseChangesVisibleAfter =
    wanted.licenseChangesVisibleAfter ?? faults.licenseChangesVisibleAfter;
  faults.groupLicensesProcessedAfter =
    wanted.groupLicensesProcessedAfter ?? faults.groupLicensesProcessedAfter;
  faults.reports = wanted.reports ?? faults.reports;
  faults.productNames = wanted.productNames ?? faults.productNames;
  wanted.denyRoles?.forEach(role => faults.denyRole(role));
  wanted.grantRoles?.forEach(role => faults.grantRole(role));
  if (wanted.expireTokens) faults.expireTokens();
  if (wanted.expireCodes) grants.expireCodes();
  if (wanted.expireRefreshTokens) grants.expireRefreshTokens();
  if (wanted.revokeRefreshTokens) grants.revoke();
  wanted.limits?.forEach(limit => faults.limit(limit));
  wanted.rules?.forEach(rule => faults.add(rule));
}

function applyToApplication(
  application: Application,
  wanted: z.infer<typeof applicationChangesSchema>,
) {
  application.roles = wanted.roles ?? application.roles;
  application.delegatedPermissions =
    wanted.delegatedPermissions ?? application.delegatedPermissions;
  application.redirectUris = wanted.redirectUris ?? application.redirectUris;
  if (wanted.disabled === true) application.disable();
  if (wanted.disabled === false) application.enable();
  if (wanted.clientSecret) application.setSecret(wanted.clientSecret);
  if (wanted.expireSecret) application.expireSecret();
  if (wanted.addCertificate) application.addCertificate(wanted.addCertificate);
  if (wanted.consent === true) application.grantConsent();
  if (wanted.consent === false) application.revokeConsent();
}

/** `/simulator`: looking at the simulator and steering it from another process. No part of Graph. */
export function controlRouter(
  { faults, login, requests, secrets, tenant }: SimulatorParts,
  state: () => object,
): Router {
  const router = Router();
  router.use(express.json());
  router.get('/state', (_request, response) => {
    response.json({ ...state(), faults });
  });
  router.get('/truth', (_request, response) => {
    response.json(tenant.truth);
  });
  router.get('/truth/use', (request, response) => {
    const options = useOptionsSchema.safeParse(request.query);
    if (options.success) {
      response.json(countUse(tenant, options.data));
    } else {
      response.status(400).json({ issues: options.error.issues });
    }
  });
  router.get('/secrets', (_request, response) => {
    response.json(secrets.values);
  });
  router
    .route('/requests')
    .get((_request, response) => {
      response.json(requests);
    })
    .delete((_request, response) => {
      requests.reset();
      response.status(204).end();
    });
  router
    .route('/faults')
    .get((_request, response) => {
      response.json(faults);
    })
    .post((request, response) => {
      const wanted = faultsSchema.safeParse(request.body);
      if (!wanted.success) {
        response.status(400).json({ issues: wanted.error.issues });
        return;
      }
      apply(faults, login, wanted.data);
      response.json(faults);
    })
    .delete((_request, response) => {
      faults.clear();
      response.status(204).end();
    });
  router
    .route('/applications')
    .get((_request, response) => {
      response.json(login.applications.all);
    })
    .post((request, response) => {
      const wanted = newApplicationSchema.safeParse(request.body);
      if (!wanted.success) {
        response.status(400).json({ issues: wanted.error.issues });
        return;
      }
      const { certificates = [], ...options } = wanted.data;
      if (options.clientId && login.applications.find(options.clientId)) {
        response.status(409).json({
          error: `The tenant already has an application ${options.clientId}`,
        });
        return;
      }
      const application = login.applications.register(options);
      certificates.forEach(pem => application.addCertificate(pem));
      response.status(201).json(application);
    });
  router
    .route('/applications/:clientId')
    .all((request, response, next) => {
      if (login.applications.find(request.params.clientId)) {
        next();
      } else {
        response.status(404).json({
          error: `The tenant has no application ${request.params.clientId}`,
        });
      }
    })
    .get((request, response) => {
      response.json(login.applications.get(request.params.clientId));
    })
    .patch((request, response) => {
      const changes = applicationChangesSchema.safeParse(request.body);
      if (!changes.success) {
        response.status(400).json({ issues: changes.error.issues });
        return;
      }
      const application = login.applications.get(request.params.clientId);
      applyToApplication(application, changes.data);
      response.json(application);
    });
  router
    .route('/accounts/:id')
    .all((request, response, next) => {
      if (tenant.find(request.params.id)) {
        next();
      } else {
        response
          .status(404)
          .json({ error: `The tenant has no account ${request.params.id}` });
      }
    })
    .get((request, response) => {
      response.json(tenant.get(request.params.id));
    })
    .patch((request, response) => {
      const changes = accountChangesSchema.safeParse(request.body);
      if (!changes.success) {
        response.status(400).json({ issues: changes.error.issues });
        return;
      }
      response.json(tenant.update(request.params.id, changes.data));
    })
    .delete((request, response) => {
      response.json(tenant.remove(request.params.id));
    });
  router
    .route('/groups/:id')
    .all((request, response, next) => {
      if (tenant.groups.some(({ id }) => id === request.params.id)) {
        next();
      } else {
        response
          .status(404)
          .json({ error: `The tenant has no group ${request.params.id}` });
      }
    })
    .get((request, response) => {
      response.json(tenant.groups.find(({ id }) => id === request.params.id));
    })
    .patch((request, response) => {
      const changes = groupChangesSchema.safeParse(request.body);
      if (!changes.success) {
        response.status(400).json({ issues: changes.error.issues });
        return;
      }
      response.json(tenant.updateGroup(request.params.id, changes.data));
    });
  router.post('/accounts/:id/change-password', (request, response) => {
    const account = tenant.find(request.params.id);
    if (account) login.grants.revoke(account.id);
    response.status(account ? 204 : 404).end();
  });
  return router;
}
