import { mockServices } from '@backstage/backend-test-utils';
import type {
  ActionContext,
  TemplateAction,
} from '@backstage/plugin-scaffolder-node';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';

type JsonObject = ActionContext<{}>['input'];

/** Runs an action as a step of a task does. */
export async function runStep<
  Input extends JsonObject,
  Output extends JsonObject,
>(
  action: TemplateAction<Input, Output>,
  input: Input,
  context: Partial<ActionContext<Input, Output>> = {},
) {
  const logger = mockServices.logger.mock();
  const outputs: Partial<Output> = {};
  const error = await action
    .handler({
      ...createMockActionContext<Input, Output>({
        input,
        workspacePath: '/unused',
      }),
      logger,
      output: (name, value) => {
        outputs[name] = value;
      },
      ...context,
    })
    .then(
      () => undefined,
      (reason: unknown) => reason,
    );
  const logged = (level: 'info' | 'warn') =>
    logger[level].mock.calls.map(([message]) => message);
  return { outputs, error, infos: logged('info'), warnings: logged('warn') };
}

/** Checkpoints as a task keeps them that is recovered. */
export function keptCheckpoints(): ActionContext<{}>['checkpoint'] {
  const kept = new Map<string, string>();
  return async ({ key, fn }) => {
    const known = kept.get(key);
    if (known !== undefined) {
      return JSON.parse(known);
    }
    const value = await fn();
    kept.set(key, JSON.stringify(value));
    return value;
  };
}
