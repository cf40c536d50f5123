import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';

/** @public */
export const accountPickerSchema = makeFieldSchema({
  output: z =>
    z
      .string()
      .describe("The account's user principal name, or its Graph id if typed"),
  uiOptions: z =>
    z.object({
      tenant: z
        .string()
        .optional()
        .describe(
          "The tenant's name in the configuration; needed when there are several",
        ),
    }),
});

/** @public */
export const licensePickerSchema = makeFieldSchema({
  output: z =>
    z
      .array(z.string())
      .describe('SKU ids; empty for all that are assigned directly'),
  uiOptions: z =>
    z.object({
      tenant: z
        .string()
        .optional()
        .describe(
          "The tenant's name in the configuration; needed when there are several",
        ),
      accountField: z
        .string()
        .optional()
        .describe(
          'The name of the parameter that holds the account; user by default',
        ),
    }),
});
