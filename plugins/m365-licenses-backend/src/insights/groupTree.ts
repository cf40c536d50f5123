import type { CatalogGroup } from '../database/types';

/** A group as the catalog has it: it may have several parents, or be its own. */
export interface FoundGroup {
  /** Entity ref. */
  ref: string;
  displayName: string;
  /** Entity refs; those that are not among the groups are left out. */
  parents: readonly string[];
}

/**
 * Groups with one parent each: the first by entity ref of several. A circle is
 * cut above its first group by entity ref, so that the groups make a forest.
 *
 * @returns by entity ref
 */
export function groupTree(found: readonly FoundGroup[]): CatalogGroup[] {
  const refs = new Set(found.map(({ ref }) => ref));
  const parents = new Map(
    found.map(({ ref, parents: all }) => [
      ref,
      all.filter(parent => refs.has(parent) && parent !== ref).sort()[0],
    ]),
  );
  const ended = new Set<string>();
  for (const start of [...refs].sort()) {
    const path = new Set<string>();
    let ref: string | undefined = start;
    while (ref !== undefined && !ended.has(ref) && !path.has(ref)) {
      path.add(ref);
      ref = parents.get(ref);
    }
    if (ref !== undefined && path.has(ref)) {
      const way = [...path];
      const [first] = way.slice(way.indexOf(ref)).sort();
      parents.delete(first);
    }
    path.forEach(each => ended.add(each));
  }
  return found
    .map(({ ref, displayName }) => ({
      ref,
      displayName,
      parent: parents.get(ref) ?? null,
    }))
    .sort((left, right) => (left.ref < right.ref ? -1 : 1));
}

/**
 * Looks up a group and those above it, the nearest first; of a group that is
 * not known, only itself. Answers are kept, so that many take no time.
 */
export function groupsAbove(
  groups: readonly CatalogGroup[],
): (ref: string) => readonly string[] {
  const parents = new Map(groups.map(({ ref, parent }) => [ref, parent]));
  const known = new Map<string, readonly string[]>();
  return ref => {
    const before = known.get(ref);
    if (before) {
      return before;
    }
    const above = new Set<string>();
    let each: string | null = ref;
    while (each !== null && !above.has(each)) {
      above.add(each);
      each = parents.get(each) ?? null;
    }
    const found = [...above];
    known.set(ref, found);
    return found;
  };
}

/**
 * The group that a member of several is counted with: the deepest one, the
 * first by entity ref of equally deep ones.
 *
 * @param above - as {@link groupsAbove} gives it
 * @returns null where there is none
 */
export function homeGroup(
  groups: readonly string[],
  above: (ref: string) => readonly string[],
): string | null {
  const [home] = [...groups].sort(
    (left, right) =>
      above(right).length - above(left).length || (left < right ? -1 : 1),
  );
  return home ?? null;
}
