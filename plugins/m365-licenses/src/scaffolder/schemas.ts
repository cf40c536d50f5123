import { makeFieldSchema } from '@backstage/plugin-scaffolder-react';

const TENANT =
  "The tenant's name in the configuration; needed when there are several";

/** @public */
export const accountPickerSchema = makeFieldSchema({
  output: z =>
    z
      .string()
      .describe("The account's user principal name, or its Graph id if typed"),
  uiOptions: z => z.object({ tenant: z.string().optional().describe(TENANT) }),
});

/** @public */
export const accountsPickerSchema = makeFieldSchema({
  output: z =>
    z
      .array(z.string())
      .describe(
        "The accounts' user principal names, or their Graph ids if typed; at least one",
      ),
  uiOptions: z => z.object({ tenant: z.string().optional().describe(TENANT) }),
});

/** @public */
export const licensePickerSchema = makeFieldSchema({
  output: z =>
    z
      .array(z.string())
      .describe('SKU ids; empty for all that are assigned directly'),
  uiOptions: z =>
    z.object({
      tenant: z.string().optional().describe(TENANT),
      accountField: z
        .string()
        .optional()
        .describe(
          'The name of the parameter that holds the account; user by default',
        ),
    }),
});

/** @public */
export const ownLicensePickerSchema = makeFieldSchema({
  output: z => z.array(z.string()).describe('SKU ids; at least one'),
  uiOptions: z =>
    z.object({
      tenant: z
        .string()
        .optional()
        .describe(
          "The tenant's name in the configuration; needed where people have accounts in several",
        ),
    }),
});

/** @public */
export const skuPickerSchema = makeFieldSchema({
  output: z => z.string().describe('A SKU id'),
  uiOptions: z => z.object({ tenant: z.string().optional().describe(TENANT) }),
});
