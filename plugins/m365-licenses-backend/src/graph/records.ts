import { z } from 'zod';
import {
  GraphGroup,
  GraphLicensingGroup,
  GraphPerson,
  GraphSku,
  GraphSubscription,
  GraphUser,
  Malformed,
} from './types';

/** One page of a collection; its records are looked at one by one. */
export const pageSchema = z.object({
  value: z.array(z.unknown()),
  '@odata.nextLink': z.string().min(1).optional(),
});

/**
 * Text as every database can hold it: PostgreSQL refuses the character NUL and
 * halves of surrogate pairs, and with them the whole page.
 */
export function storable(value: string): string {
  return value.replace(/[\0\p{Surrogate}]/gu, '\uFFFD');
}

const text = z.string().overwrite(storable);

const time = z
  .string()
  .refine(value => !Number.isNaN(Date.parse(value)), 'is not a time');
const optionalTime = time.nullish();
const optionalText = text.nullish();

/** What `$select` names when accounts are read, and {@link userSchema} reads. */
export const USER_PROPERTIES = [
  'id',
  'userPrincipalName',
  'displayName',
  'mail',
  'givenName',
  'surname',
  'userType',
  'accountEnabled',
  'department',
  'jobTitle',
  'companyName',
  'officeLocation',
  'country',
  'usageLocation',
  'createdDateTime',
  'licenseAssignmentStates',
] as const;

const assignmentSchema = z.object({
  skuId: text.min(1),
  assignedByGroup: optionalText,
  state: text,
  error: optionalText,
  disabledPlans: z.array(text).nullish(),
  lastUpdatedDateTime: optionalTime,
});

const userSchema = z.object({
  id: text.min(1),
  userPrincipalName: text.min(1),
  displayName: optionalText,
  mail: optionalText,
  givenName: optionalText,
  surname: optionalText,
  userType: optionalText,
  accountEnabled: z.boolean(),
  department: optionalText,
  jobTitle: optionalText,
  companyName: optionalText,
  officeLocation: optionalText,
  country: optionalText,
  usageLocation: optionalText,
  createdDateTime: optionalTime,
  licenseAssignmentStates: z.array(assignmentSchema).nullish(),
  signInActivity: z
    .object({ lastSuccessfulSignInDateTime: optionalTime })
    .nullish(),
});

/** Microsoft writes the year 1 for "never". */
function unlessNever(value: string | null | undefined): string | null {
  return !value || value.startsWith('0001-') ? null : value;
}

function toUser(user: z.output<typeof userSchema>): GraphUser {
  return {
    id: user.id,
    userPrincipalName: user.userPrincipalName,
    displayName: user.displayName ?? user.userPrincipalName,
    mail: user.mail ?? null,
    givenName: user.givenName ?? null,
    surname: user.surname ?? null,
    userType: user.userType?.toLowerCase() === 'guest' ? 'guest' : 'member',
    accountEnabled: user.accountEnabled,
    department: user.department ?? null,
    jobTitle: user.jobTitle ?? null,
    companyName: user.companyName ?? null,
    officeLocation: user.officeLocation ?? null,
    country: user.country ?? null,
    usageLocation: user.usageLocation ?? null,
    createdDateTime: user.createdDateTime ?? null,
    // Not lastSignInDateTime: failed sign-ins move that one
    lastSuccessfulSignInDateTime: unlessNever(
      user.signInActivity?.lastSuccessfulSignInDateTime,
    ),
    assignments: (user.licenseAssignmentStates ?? []).map(assignment => ({
      skuId: assignment.skuId,
      assignedByGroup: assignment.assignedByGroup ?? null,
      state: assignment.state,
      error:
        !assignment.error || assignment.error === 'None'
          ? null
          : assignment.error,
      disabledPlans: assignment.disabledPlans ?? [],
      lastUpdatedDateTime: assignment.lastUpdatedDateTime ?? null,
    })),
  };
}

const capabilityStatus = z.enum([
  'Enabled',
  'Warning',
  'Suspended',
  'LockedOut',
  'Deleted',
]);

const skuSchema = z.object({
  skuId: text.min(1),
  skuPartNumber: text.min(1),
  appliesTo: z.enum(['User', 'Company']),
  capabilityStatus,
  consumedUnits: z.number().int(),
  prepaidUnits: z.object({
    enabled: z.number().int(),
    suspended: z.number().int().default(0),
    warning: z.number().int().default(0),
    lockedOut: z.number().int().default(0),
  }),
  servicePlans: z.array(
    z.object({
      servicePlanId: text,
      servicePlanName: text,
      // A SKU is not refused because one of its plans says nothing of this.
      appliesTo: z.enum(['User', 'Company']).nullable().catch(null),
    }),
  ),
});

const subscriptionSchema = z.object({
  id: text.min(1),
  skuId: text.min(1),
  status: capabilityStatus,
  totalLicenses: z.number().int(),
  isTrial: z.boolean().nullish(),
  createdDateTime: optionalTime,
  nextLifecycleDateTime: optionalTime,
});

function toSubscription(
  subscription: z.output<typeof subscriptionSchema>,
): GraphSubscription {
  return {
    ...subscription,
    isTrial: subscription.isTrial ?? false,
    createdDateTime: subscription.createdDateTime ?? null,
    nextLifecycleDateTime: subscription.nextLifecycleDateTime ?? null,
  };
}

const groupSchema = z.object({
  id: text.min(1),
  displayName: optionalText,
});

function toGroup({
  id,
  displayName,
}: z.output<typeof groupSchema>): GraphGroup {
  return { id, displayName: displayName ?? id };
}

/** What `$select` names when people are read, and {@link readPerson} reads. */
export const PERSON_PROPERTIES = 'id,userPrincipalName,displayName';

const personSchema = z.object({
  id: text.min(1),
  // Only accounts have one
  userPrincipalName: optionalText,
  displayName: optionalText,
});

const licensingGroupSchema = groupSchema.extend({
  groupTypes: z.array(text).nullish(),
  onPremisesSyncEnabled: z.boolean().nullish(),
  assignedLicenses: z.array(z.object({ skuId: text.min(1) })),
});

const organizationSchema = z.object({
  id: text.min(1),
  displayName: optionalText,
});

const settings = z.object({ displayConcealedNames: z.boolean() });
const settingsSchema = z.union([
  settings,
  z.object({ value: settings }).transform(({ value }) => value),
]);

/** Reads one record: the record, or what is wrong with it. */
export type ReadRecord<T> = (
  raw: unknown,
) => { record: T } | { problem: string };

function reader<Schema extends z.ZodType, T>(
  schema: Schema,
  convert: (parsed: z.output<Schema>) => T,
): ReadRecord<T> {
  return raw => {
    const parsed = schema.safeParse(raw, { reportInput: true });
    return parsed.success
      ? { record: convert(parsed.data) }
      : { problem: problemOf(parsed.error) };
  };
}

/** Names the fields, never their values: those are personal data. */
function problemOf(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map(issue => {
      const field = issue.path.join('.') || 'record';
      switch (issue.code) {
        case 'invalid_type':
          return issue.input === undefined
            ? `${field} is missing`
            : `${field} is ${kindOf(issue.input)}, not ${issue.expected}`;
        case 'custom':
          return `${field} ${issue.message}`;
        default:
          return `${field} has an unexpected value`;
      }
    })
    .join('; ');
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

export const readUser = reader(userSchema, toUser);
export const readSku: ReadRecord<GraphSku> = reader(skuSchema, sku => sku);
export const readSubscription = reader(subscriptionSchema, toSubscription);
export const readGroup = reader(groupSchema, toGroup);
export const readLicensingGroup = reader(
  licensingGroupSchema,
  (group): Omit<GraphLicensingGroup, 'owners'> => ({
    ...toGroup(group),
    membership: group.groupTypes?.includes('DynamicMembership')
      ? 'dynamic'
      : 'assigned',
    onPremises: group.onPremisesSyncEnabled ?? false,
    skuIds: group.assignedLicenses.map(({ skuId }) => skuId),
  }),
);
/** Reads a person; null for what can stand in their place, as an application. */
export const readPerson = reader(
  personSchema,
  ({ id, userPrincipalName, displayName }): GraphPerson | null =>
    userPrincipalName
      ? {
          id,
          userPrincipalName,
          displayName: displayName ?? userPrincipalName,
        }
      : null,
);
export const readOrganization = reader(organizationSchema, organization => ({
  id: organization.id,
  displayName: organization.displayName ?? organization.id,
}));
export const readReportSettings = reader(settingsSchema, parsed => parsed);

const identified = z.object({ id: text });

/**
 * Reads the records of a page, setting the malformed ones apart.
 *
 * @param place - where the page stands, for example `/users page 7`
 */
export function readRecords<T>(
  values: unknown[],
  read: ReadRecord<T>,
  place: string,
): { records: T[]; malformed: Malformed[] } {
  const records: T[] = [];
  const malformed: Malformed[] = [];
  values.forEach((raw, index) => {
    const result = read(raw);
    if ('record' in result) {
      records.push(result.record);
      return;
    }
    const known = identified.safeParse(raw);
    malformed.push({
      place: `${place} record ${index + 1}${
        known.success ? ` (id ${known.data.id})` : ''
      }`,
      problem: result.problem,
    });
  });
  return { records, malformed };
}
