import {
  type FoundGroup,
  groupsAbove,
  groupTree,
  homeGroup,
} from './groupTree';

function found(parents: Record<string, string[]>): FoundGroup[] {
  return Object.entries(parents).map(([ref, own]) => ({
    ref,
    displayName: ref.toUpperCase(),
    parents: own,
  }));
}

function parentsOf(parents: Record<string, string[]>) {
  return Object.fromEntries(
    groupTree(found(parents)).map(({ ref, parent }) => [ref, parent]),
  );
}

describe('groupTree', () => {
  it('takes the first parent by entity ref, and none that there is not', () => {
    expect(
      parentsOf({ c: ['b', 'a'], b: [], a: ['gone'], d: ['gone', 'c'] }),
    ).toEqual({ a: null, b: null, c: 'a', d: 'c' });
  });

  it('cuts circles above their first group, whatever hangs on them', () => {
    expect(
      parentsOf({ z: ['y'], y: ['x'], x: ['y'], a: ['z'], self: ['self'] }),
    ).toEqual({ a: 'z', self: null, x: null, y: 'x', z: 'y' });
    expect(parentsOf({ c: ['a'], a: ['b'], b: ['c'] })).toEqual({
      a: null,
      b: 'c',
      c: 'a',
    });
  });
});

describe('homeGroup', () => {
  const above = groupsAbove(
    groupTree(
      found({ root: [], left: ['root'], right: ['root'], deep: ['right'] }),
    ),
  );

  it('is the deepest group, the first by entity ref of equally deep ones', () => {
    expect(above('deep')).toEqual(['deep', 'right', 'root']);
    expect(above('unknown')).toEqual(['unknown']);
    expect(homeGroup(['root', 'left', 'deep'], above)).toBe('deep');
    expect(homeGroup(['right', 'left', 'root'], above)).toBe('left');
    expect(homeGroup([], above)).toBeNull();
  });

  it('ends where the groups make a circle', () => {
    expect(
      groupsAbove([
        { ref: 'a', parent: 'b', displayName: '' },
        { ref: 'b', parent: 'a', displayName: '' },
      ])('a'),
    ).toEqual(['a', 'b']);
  });
});
