import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { NotAllowedError } from '@backstage/errors';
import type { Stores } from '../database/types';
import { productName } from '../insights/productNames';
import type { Person, Questions } from '../questions/Questions';
import { namedLicenses } from './candidateHandlers';
import type { OperationHandlers } from './router';
import type { Tenants } from './tenants';

/** What the handlers of questions call. */
export interface QuestionHandlerOptions {
  tenants: Pick<Tenants, 'active'>;
  stores: Pick<Stores, 'licenses' | 'products'>;
  questions: Pick<Questions, 'openFor' | 'answer'>;
  /** Entity refs of the person who calls and of what they belong to; undefined for a service. */
  person(credentials: BackstageCredentials): Promise<Person | undefined>;
}

/** The operations by which people say whether they still need licenses; they need no permission. */
export function createQuestionHandlers({
  tenants,
  stores,
  questions,
  ...options
}: QuestionHandlerOptions): Pick<
  OperationHandlers,
  'listQuestions' | 'answerQuestion'
> {
  const person = async (credentials: BackstageCredentials): Promise<Person> => {
    const self = await options.person(credentials);
    if (!self) {
      throw new NotAllowedError(
        'Only people are asked about licenses; sign in to answer',
      );
    }
    return self;
  };

  return {
    listQuestions: {
      eventId: 'question-fetch',
      severityLevel: 'low',
      handle: async ({ credentials }) => {
        const open = await questions.openFor(await person(credentials));
        const names = [...new Set(open.map(({ tenant }) => tenant))];
        const licenses = new Map(
          await Promise.all(
            names.map(
              async name => [name, await namedLicenses(stores, name)] as const,
            ),
          ),
        );
        return {
          status: 200,
          body: {
            items: open.map(question => {
              const { skuId } = question;
              const named = licenses.get(question.tenant);
              const license = named?.byId.get(skuId);
              return {
                ...question,
                skuPartNumber: license?.skuPartNumber ?? null,
                displayName:
                  license?.displayName ??
                  productName(named?.names ?? new Map(), skuId),
              };
            }),
          },
        };
      },
    },

    answerQuestion: {
      eventId: 'question-answer',
      severityLevel: 'medium',
      handle: async ({ path, body, credentials }) => {
        const { name } = await tenants.active(path.tenant);
        const answered = await questions.answer(
          name,
          path.id,
          body,
          await person(credentials),
        );
        return {
          status: 200,
          body: answered,
          audit: { outcome: answered.outcome },
        };
      },
    },
  };
}
