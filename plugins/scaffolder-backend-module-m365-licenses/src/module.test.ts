import { startTestBackend } from '@backstage/backend-test-utils';
import {
  scaffolderActionsExtensionPoint,
  type TemplateAction,
} from '@backstage/plugin-scaffolder-node';
import scaffolderModuleM365Licenses from '.';

describe('scaffolderModuleM365Licenses', () => {
  const actions: Array<
    Pick<TemplateAction, 'id' | 'schema' | 'supportsDryRun' | 'examples'>
  > = [];

  beforeAll(async () => {
    await startTestBackend({
      extensionPoints: [
        [
          scaffolderActionsExtensionPoint,
          { addActions: (...added) => actions.push(...added) },
        ],
      ],
      features: [scaffolderModuleM365Licenses],
    });
  });

  it.each([
    ['m365:licenses:plan', ['reason']],
    ['m365:licenses:reclaim', undefined],
    ['m365:licenses:restore', ['planId', 'reason']],
    ['m365:licenses:hand-back', ['skuIds']],
  ])('adds %s, with examples and dry run', (id, required) => {
    const action = actions.find(added => added.id === id);
    expect(action?.supportsDryRun).toBe(true);
    expect(action?.schema?.input?.required).toEqual(required);
    expect(action?.examples?.length).toBeGreaterThan(0);
    for (const { example } of action?.examples ?? []) {
      expect(example).toContain(`action: ${id}\n`);
    }
  });

  it('adds nothing else', () => {
    expect(actions).toHaveLength(4);
  });
});
