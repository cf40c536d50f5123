const LOOK_EVERY_MS = 20;
const PATIENCE_MS = 20_000;

/**
 * Looks until there is something to see.
 *
 * @param what - for the error, where it was waited for in vain
 */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined) {
      return found;
    }
    await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error(`Waited in vain for ${what}`);
}
