import type { TemplateExample } from '@backstage/plugin-scaffolder-node';

export const examples: TemplateExample[] = [
  {
    description: 'Plan to take all licenses of a person in the catalog back',
    example: `steps:
  - id: plan
    name: Plan what would be taken back
    action: m365:licenses:plan
    input:
      users:
        - user:default/maya
      reason: Leaves the company on 30 November
`,
  },
  {
    description:
      'Plan to take a license back from everyone of a department who has not used it, asking them first',
    example: `steps:
  - id: plan
    name: Plan what would be taken back
    action: m365:licenses:plan
    input:
      tenant: contoso
      filter:
        skuId: c5928f49-12ba-48f7-ada3-0d743a3601d5
        department: Sales
        reason: inactive
      mode: askFirst
      reason: Visio is due for renewal
`,
  },
  {
    description: 'Plan, and carry the plan out if nothing was held back',
    example: `steps:
  - id: plan
    name: Plan what would be taken back
    action: m365:licenses:plan
    input:
      filter:
        group: group:default/sales
        reason: disabled
      reason: Accounts that are disabled
  - id: reclaim
    name: Take the licenses back
    action: m365:licenses:reclaim
    if: \${{ steps.plan.output.leftAlone === 0 }}
    input:
      planId: \${{ steps.plan.output.planId }}
`,
  },
];
