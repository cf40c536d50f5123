import type { TemplateExample } from '@backstage/plugin-scaffolder-node';

export const examples: TemplateExample[] = [
  {
    description: 'Hand licenses back that are not needed any more',
    example: `steps:
  - id: handBack
    name: Hand the licenses back
    action: m365:licenses:hand-back
    input:
      skuIds: \${{ parameters.skuIds }}
      reason: \${{ parameters.reason }}
`,
  },
  {
    description: 'Hand one license back, of several tenants',
    example: `steps:
  - id: handBack
    name: Hand Visio Plan 2 back
    action: m365:licenses:hand-back
    input:
      tenant: contoso
      skuIds:
        - c5928f49-12ba-48f7-ada3-0d743a3601d5
`,
  },
];
