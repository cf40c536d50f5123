import type {
  AuditorService,
  AuditorServiceEventSeverityLevel,
  BackstageCredentials,
  HttpAuthService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import { InputError, NotFoundError } from '@backstage/errors';
import {
  openApiDocument,
  openApiOperations,
  type OpenApiOperations,
} from 'backstage-plugin-m365-licenses-common';
import type { JsonObject } from '@backstage/types';
import express, {
  type ErrorRequestHandler,
  type Request,
  type Router,
} from 'express';
import PromiseRouter from 'express-promise-router';
import {
  error as validatorErrors,
  middleware,
} from 'express-openapi-validator';

type ApiSpec = Parameters<typeof middleware>[0]['apiSpec'];
type OperationId = keyof OpenApiOperations;
type Operation<Id extends OperationId> = OpenApiOperations[Id];
type ParametersOf<Id extends OperationId> = Operation<Id>['parameters'];
/** A part of a request; empty where the document knows none. */
type Part<T, Key extends string> = Key extends keyof T
  ? [NonNullable<T[Key]>] extends [never]
    ? {}
    : NonNullable<T[Key]>
  : {};
type JsonOf<T> = T extends { content: { 'application/json': infer Body } }
  ? Body
  : never;

/** A request whose path, query and body were validated against the document. */
export interface OperationRequest<Id extends OperationId> {
  path: Part<ParametersOf<Id>, 'path'>;
  query: Part<ParametersOf<Id>, 'query'>;
  body: Operation<Id> extends { requestBody: infer Body }
    ? JsonOf<Body>
    : undefined;
  credentials: BackstageCredentials;
}

type Answers<Id extends OperationId> = Omit<
  Operation<Id>['responses'],
  'default'
>;

/** A status of the document with its body. */
export type OperationAnswer<Id extends OperationId> = {
  [Status in keyof Answers<Id>]: {
    status: Status;
    body: JsonOf<Answers<Id>[Status]>;
    /** What the audit log should know of the outcome. */
    audit?: JsonObject;
  };
}[keyof Answers<Id>];

/** How an operation is audited and what it does. */
export interface OperationHandler<Id extends OperationId> {
  /** What the audit log calls it, for example `account-fetch`. */
  eventId: string;
  severityLevel: AuditorServiceEventSeverityLevel;
  handle(request: OperationRequest<Id>): Promise<OperationAnswer<Id>>;
}

/** A handler for every operation of the document. */
export type OperationHandlers = {
  [Id in OperationId]: OperationHandler<Id>;
};

const answerInvalid: (logger: LoggerService) => ErrorRequestHandler =
  logger => (error, request, _response, next) => {
    if (error instanceof validatorErrors.BadRequest) {
      next(
        new InputError(`${request.method} ${request.path}: ${error.message}`),
      );
    } else if (error instanceof validatorErrors.NotFound) {
      next(new NotFoundError(`There is no ${request.method} ${request.path}`));
    } else {
      if (error instanceof validatorErrors.InternalServerError) {
        logger.error(
          `The answer to ${request.method} ${request.path} does not fit the OpenAPI document: ${error.message}`,
        );
      }
      next(error);
    }
  };

/**
 * A router with one route per operation of the OpenAPI document. Requests and
 * answers are validated against it, and every call is audited: its success,
 * or the error it failed with.
 */
export function createOperationRouter(options: {
  handlers: OperationHandlers;
  auditor: AuditorService;
  httpAuth: HttpAuthService;
  logger: LoggerService;
}): Router {
  const { handlers, auditor, httpAuth, logger } = options;
  const router = PromiseRouter();
  // The document limits each body further; a file of terms is the largest.
  router.use(express.json({ limit: '10mb' }));
  router.use(
    middleware({
      // The validator knows OpenAPI 3.1's lists of types, its own types do not.
      apiSpec: openApiDocument as unknown as ApiSpec,
      validateRequests: { allowUnknownQueryParameters: false },
      validateResponses: true,
      validateApiSpec: false,
      useRequestUrl: true,
    }),
  );

  const respond = async <Id extends OperationId>(
    operationId: Id,
    request: Request,
  ): Promise<OperationAnswer<Id>> => {
    const handler: OperationHandler<Id> = handlers[operationId];
    const event = await auditor.createEvent({
      eventId: handler.eventId,
      severityLevel: handler.severityLevel,
      request,
      meta: { ...request.params },
    });
    try {
      const answer = await handler.handle({
        // Validated against the document that these types are generated from.
        path: request.params as OperationRequest<Id>['path'],
        query: request.query as OperationRequest<Id>['query'],
        body: request.body as OperationRequest<Id>['body'],
        credentials: await httpAuth.credentials(request, {
          allow: ['user', 'service'],
        }),
      });
      await event.success(answer.audit && { meta: answer.audit });
      return answer;
    } catch (error) {
      await event.fail({
        error: error instanceof Error ? error : new Error(String(error)),
      });
      throw error;
    }
  };

  for (const { operationId, method, path } of openApiOperations) {
    router[method](
      path.replace(/\{(\w+)\}/g, ':$1'),
      async (request, response) => {
        const { status, body } = await respond(operationId, request);
        response.status(status).json(body);
      },
    );
  }
  router.use(answerInvalid(logger));
  return router;
}
