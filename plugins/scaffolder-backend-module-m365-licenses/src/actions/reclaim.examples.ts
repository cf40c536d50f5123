import type { TemplateExample } from '@backstage/plugin-scaffolder-node';

export const examples: TemplateExample[] = [
  {
    description: 'Take all licenses of a person in the catalog back',
    example: `steps:
  - id: reclaim
    name: Take all licenses back
    action: m365:licenses:reclaim
    input:
      user: user:default/maya
      reason: Left the company on 30 November
`,
  },
  {
    description: 'Take one license of an account back, of several tenants',
    example: `steps:
  - id: reclaim
    name: Take Visio Plan 2 back
    action: m365:licenses:reclaim
    input:
      tenant: contoso
      user: maya@contoso.com
      skuIds:
        - c5928f49-12ba-48f7-ada3-0d743a3601d5
      reason: Not used for 90 days
`,
  },
  {
    description: 'Take all licenses of several accounts back with one plan',
    example: `steps:
  - id: reclaim
    name: Take all licenses back
    action: m365:licenses:reclaim
    input:
      users: \${{ parameters.users }}
      reason: The project ended
`,
  },
  {
    description: 'Carry a plan out, and wait an hour for whoever approves it',
    example: `steps:
  - id: reclaim
    name: Take the licenses back
    action: m365:licenses:reclaim
    input:
      planId: \${{ parameters.planId }}
      waitForApproval: true
      waitMinutes: 60
`,
  },
];
