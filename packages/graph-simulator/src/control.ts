import express, { Router } from 'express';
import { z } from 'zod/v3';
import { Faults } from './faults';
import { RequestLog } from './requests';
import { Tenant } from './tenant/Tenant';

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
    unknownTenant: z.boolean(),
    nonPremium: z.boolean(),
    licenseChangesVisibleAfter: z.number().min(0),
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
    denyRoles: z.array(z.string()),
    grantRoles: z.array(z.string()),
    expireTokens: z.literal(true),
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

const accountChangesSchema = z
  .object({
    accountEnabled: z.boolean(),
    userPrincipalName: z.string().min(3),
    department: z.string(),
    displayName: z.string(),
  })
  .partial()
  .strict();

function apply(faults: Faults, wanted: z.infer<typeof faultsSchema>) {
  faults.concealNames = wanted.concealNames ?? faults.concealNames;
  faults.refuseSecret = wanted.refuseSecret ?? faults.refuseSecret;
  faults.unknownTenant = wanted.unknownTenant ?? faults.unknownTenant;
  faults.nonPremium = wanted.nonPremium ?? faults.nonPremium;
  faults.licenseChangesVisibleAfter =
    wanted.licenseChangesVisibleAfter ?? faults.licenseChangesVisibleAfter;
  faults.reports = wanted.reports ?? faults.reports;
  wanted.denyRoles?.forEach(role => faults.denyRole(role));
  wanted.grantRoles?.forEach(role => faults.grantRole(role));
  if (wanted.expireTokens) faults.expireTokens();
  wanted.limits?.forEach(limit => faults.limit(limit));
  wanted.rules?.forEach(rule => faults.add(rule));
}

/** `/simulator`: looking at the simulator and steering it from another process. No part of Graph. */
export function controlRouter(
  tenant: Tenant,
  faults: Faults,
  requests: RequestLog,
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
      apply(faults, wanted.data);
      response.json(faults);
    })
    .delete((_request, response) => {
      faults.clear();
      response.status(204).end();
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
  return router;
}
