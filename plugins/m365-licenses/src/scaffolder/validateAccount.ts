const PRINCIPAL_NAME = /^[^\s@]+@[^\s@]+$/;
const GRAPH_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Refuses the beginning of a name that was typed without choosing an account. */
export function validateAccount(
  value: string | undefined,
  field: { addError: (message: string) => void },
): void {
  if (value && !PRINCIPAL_NAME.test(value) && !GRAPH_ID.test(value)) {
    field.addError(
      'Choose an account from the list, or give its whole user principal name, such as maya@contoso.com',
    );
  }
}
