import type { QuestionNotice } from '../database/types';

/** How many licenses a message names; the page has all. */
const MAX_NAMED = 10;

/** A license that somebody is asked about. */
export interface AskedLicense {
  product: string;
  /** Whose it is; null for the one who is asked. */
  person: string | null;
}

function titleOf(licenses: AskedLicense[]): string {
  const [{ product, person }] = licenses;
  if (licenses.length === 1) {
    return person === null
      ? `Do you still need ${product}?`
      : `Does ${person} still need ${product}?`;
  }
  return licenses.every(license => license.person === null)
    ? `Do you still need these ${licenses.length} licenses?`
    : `Are these ${licenses.length} licenses still needed?`;
}

/**
 * What a person is told of licenses that they are asked about.
 *
 * @param options.reason - why they are asked, in the words of who planned it
 * @param options.answerUntil - ISO 8601
 */
export function questionMessage(options: {
  notice: QuestionNotice['type'];
  licenses: AskedLicense[];
  reason: string;
  answerUntil: string;
}): { title: string; description: string } {
  const { notice, licenses, reason, answerUntil } = options;
  const named = licenses
    .slice(0, MAX_NAMED)
    .map(({ product, person }) =>
      person === null ? product : `${product} of ${person}`,
    );
  const more = licenses.length - named.length;
  const title = titleOf(licenses);
  const [it, is] = licenses.length === 1 ? ['it', 'is'] : ['them', 'are'];
  return {
    title: notice === 'reminded' ? `Reminder: ${title}` : title,
    description: `${named.join('; ')}${
      more > 0 ? `; and ${more} more` : ''
    }. Why you are asked: ${reason.replace(
      /[.\s]+$/,
      '',
    )}. Answer by ${answerUntil.slice(
      0,
      10,
    )} on My licenses: keep ${it}, with a reason, or hand ${it} back. What nobody answers for ${is} taken back then.`,
  };
}
