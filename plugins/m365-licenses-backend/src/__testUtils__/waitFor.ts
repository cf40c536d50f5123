const LOOK_EVERY_MS = 20;
const PATIENCE_MS = 20_000;

/**
 * Looks until there is something to see.
 *
 * @param what - for the error, where it was waited for in vain
 * @param options.patienceMs - how long it is looked, in milliseconds
 * @param options.everyMs - how long until the next look, in milliseconds
 */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | undefined>,
  { patienceMs = PATIENCE_MS, everyMs = LOOK_EVERY_MS } = {},
): Promise<T> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined) {
      return found;
    }
    await new Promise(resolve => setTimeout(resolve, everyMs));
  }
  throw new Error(`Waited in vain for ${what}`);
}
