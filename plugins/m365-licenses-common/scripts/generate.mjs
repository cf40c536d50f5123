// Writes src/openapi/openapi.generated.ts from openapi.yaml: the document as a
// constant, for validation, its TypeScript types, for handlers and client, and
// the list of its operations, for routes.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';
import { parse } from 'yaml';

const folder = new URL('../src/openapi/', import.meta.url);
const document = parse(await readFile(new URL('openapi.yaml', folder), 'utf8'));
const types = astToString(await openapiTS(document, { alphabetize: false }));

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { operationId }]) => ({
    operationId,
    method,
    path,
  })),
);

await writeFile(
  new URL('openapi.generated.ts', folder),
  `/* eslint-disable */
// Generated from openapi.yaml by "yarn generate"; do not edit.

${types}
/** The OpenAPI document of the REST API. @public */
export const openApiDocument = ${JSON.stringify(document, null, 2)} as const;

/** The operations of the REST API with their addresses. @public */
export const openApiOperations = ${JSON.stringify(
    operations,
    null,
    2,
  )} as const;
`,
);
