/** Leaves the portal for an address elsewhere. */
export function leaveFor(url: string): void {
  window.location.assign(url);
}
