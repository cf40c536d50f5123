/** What a person does at the authorize page. */
export interface SignInChoices {
  /** Principal name or id of who signs in. */
  account: string;
  /** Accept the permissions, or cancel; default true. */
  accept?: boolean;
}

/**
 * Goes through the authorize page as a person with a browser would.
 *
 * @returns the address the person is sent back to, with `code` or `error`
 * @throws Error with the page's text where the sign-in ends on a page
 */
export async function signInAt(
  authorizeUrl: string,
  { account, accept = true }: SignInChoices,
): Promise<string> {
  const first = await fetch(authorizeUrl, { redirect: 'manual' });
  const sentBack = first.headers.get('location');
  if (sentBack) return sentBack;
  const consent = await submit(first, 'login', { account });
  const last = await submit(consent, 'consent', {
    decision: accept ? 'accept' : 'cancel',
  });
  const location = last.headers.get('location');
  if (!location) throw new Error(said(await last.text()));
  return location;
}

async function submit(
  response: Response,
  step: 'login' | 'consent',
  fields: Record<string, string>,
): Promise<Response> {
  const page = await response.text();
  const action = new RegExp(`action="([^"]+/${step})"`).exec(page)?.[1];
  const transaction = /name="transaction" value="([^"]+)"/.exec(page)?.[1];
  if (!action || !transaction) throw new Error(said(page));
  return fetch(new URL(action, response.url), {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ transaction, ...fields }),
  });
}

/** What the page complains about. */
function said(page: string): string {
  const alert = /<p role="alert">([^<]*)<\/p>/.exec(page)?.[1];
  return alert ?? 'The sign-in page cannot be read';
}
