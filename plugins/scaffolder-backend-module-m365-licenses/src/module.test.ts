import { startTestBackend } from '@backstage/backend-test-utils';
import {
  scaffolderActionsExtensionPoint,
  type TemplateAction,
} from '@backstage/plugin-scaffolder-node';
import scaffolderModuleM365Licenses from '.';

describe('scaffolderModuleM365Licenses', () => {
  it('adds the reclaim action, which supports dry run', async () => {
    const actions: Array<
      Pick<TemplateAction, 'id' | 'schema' | 'supportsDryRun'>
    > = [];
    await startTestBackend({
      extensionPoints: [
        [
          scaffolderActionsExtensionPoint,
          { addActions: (...added) => actions.push(...added) },
        ],
      ],
      features: [scaffolderModuleM365Licenses],
    });
    expect(actions).toHaveLength(1);
    expect(actions[0]).toMatchObject({
      id: 'm365:licenses:reclaim',
      supportsDryRun: true,
      schema: { input: { required: ['user', 'reason'] } },
    });
  });
});
