const PRINCIPAL_NAME = /^[^\s@]+@[^\s@]+$/;
const GRAPH_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

interface Field {
  addError(message: string): void;
}

function isAccount(value: string): boolean {
  return PRINCIPAL_NAME.test(value) || GRAPH_ID.test(value);
}

/** Refuses the beginning of a name that was typed without choosing an account. */
export function validateAccount(value: string | undefined, field: Field): void {
  if (value && !isAccount(value)) {
    field.addError(
      'Choose an account from the list, or give its whole user principal name, such as maya@contoso.com',
    );
  }
}

/** Wants at least one account, and refuses each beginning of a name. */
export function validateAccounts(values: string[], field: Field): void {
  if (chosenOf(values).length === 0) {
    field.addError('Choose at least one account');
  }
  for (const value of chosenOf(values)) {
    if (!isAccount(value)) {
      field.addError(
        `"${value}" is no account: remove it and choose one from the list, or give a whole user principal name, such as maya@contoso.com`,
      );
    }
  }
}

/** Wants at least one license. */
export function validateOwnLicenses(values: string[], field: Field): void {
  if (chosenOf(values).length === 0) {
    field.addError('Choose at least one license');
  }
}

/** What was chosen in a list, which a form fills up to its minItems with blanks. */
export function chosenOf(values: string[] | undefined): string[] {
  return (values ?? []).filter(Boolean);
}
