import type { Simulator } from 'graph-simulator';

/** What the configuration says of a simulated tenant, below `m365Licenses.tenants`. */
export function settingsOf(simulator: Simulator) {
  const { tenantId, clientId, clientSecret, url } = simulator;
  return { tenantId, clientId, clientSecret, authority: url, target: url };
}
