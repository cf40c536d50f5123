/** So few accounts may always leave at once: in a small tenant two are 20 %. */
const ALWAYS_ALLOWED = 5;

/**
 * Whether a complete read says that more accounts are gone than one run may
 * mark (rule 3): more than the share given and more than five, or all of them.
 * Somebody always administers a tenant, so a read that saw none of the known
 * accounts read something else.
 *
 * @param known - accounts that were known and present before the run
 * @param unseen - how many of them the run has not seen
 * @param maxGoneShare - 0 to 1; 1 switches the guard off
 */
export function tooManyGone(
  { known, unseen }: { known: number; unseen: number },
  maxGoneShare: number,
): boolean {
  if (unseen === 0 || maxGoneShare >= 1) {
    return false;
  }
  return (
    unseen >= known ||
    (unseen > ALWAYS_ALLOWED && unseen > known * maxGoneShare)
  );
}
