import { parseEntityRef, stringifyEntityRef } from '@backstage/catalog-model';

function refOf(text: string, kinds: string[]): string | undefined {
  try {
    const ref = parseEntityRef(text.trim());
    return kinds.includes(ref.kind.toLowerCase())
      ? stringifyEntityRef(ref)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The full entity ref of a user or group; undefined if it is none. */
export const personRefOf = (text: string) => refOf(text, ['user', 'group']);

/** The full entity ref of a group; undefined if it is none. */
export const groupRefOf = (text: string) => refOf(text, ['group']);
