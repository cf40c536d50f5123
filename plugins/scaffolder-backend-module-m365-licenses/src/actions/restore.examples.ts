import type { TemplateExample } from '@backstage/plugin-scaffolder-node';

export const examples: TemplateExample[] = [
  {
    description: 'Put back everything that a plan took',
    example: `steps:
  - id: restore
    name: Put the licenses back
    action: m365:licenses:restore
    input:
      planId: \${{ parameters.planId }}
      reason: Taken by mistake
`,
  },
  {
    description: 'Put some licenses of a plan back, of several tenants',
    example: `steps:
  - id: restore
    name: Put the licenses back
    action: m365:licenses:restore
    input:
      tenant: contoso
      planId: \${{ parameters.planId }}
      itemIds: \${{ parameters.itemIds }}
      reason: Maya stays until the end of the year
`,
  },
];
