/** What several actions say of the same input or output. */
export const TENANT =
  "The tenant's name in the configuration; needed when there are several";
export const ACCOUNTS =
  'Whose licenses: User entity refs such as user:default/maya, user principal names, or Graph ids of accounts';
export const SKU_IDS =
  'Only the licenses with these SKU ids; all licenses of the accounts when absent or empty';
export const REASON = 'Why, for the record that is kept';
export const MODE =
  'immediate; or askFirst: people are asked whether they still need it, and it is taken when they hand it back or do not answer in time';
export const LEAVE_GROUPS =
  'Take people out of groups that grant only what is to go; needs the permission for it, and to be switched on in the configuration';
export const WAIT_MINUTES =
  'How long the step waits for the end, in minutes; 30 when absent. What is not done by then goes on in the background';
export const URL = "The plan's page in this portal; absent in a dry run";
export const SUMMARY = 'What happened, as Markdown';
