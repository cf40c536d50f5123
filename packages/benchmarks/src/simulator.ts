import { mockServices } from '@backstage/backend-test-utils';
import { createGraphConnection } from 'backstage-plugin-m365-licenses-backend/src/graph/connection';
import type { GraphConnection } from 'backstage-plugin-m365-licenses-backend/src/graph/types';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { firstLine } from './processes';

/** Where the simulator is, as its command line prints it. */
export interface SimulatorAddress {
  url: string;
  tenantId: string;
  clientId: string;
  clientSecret: string;
}

/** A tenant in a process of its own; the same for the same number of accounts. */
export async function startSimulator(options: {
  accounts: number;
  /** Milliseconds that Microsoft takes per request. */
  latencyMs?: number;
}): Promise<{ address: SimulatorAddress; stop(): Promise<void> }> {
  const simulator = path.dirname(
    require.resolve('graph-simulator/package.json'),
  );
  const child = spawn(
    process.execPath,
    [path.join(simulator, 'bin/graph-simulator'), '--json'].concat(
      ['--port', '0'],
      ['--accounts', String(options.accounts)],
      ['--latency', String(options.latencyMs ?? 0)],
    ),
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  return {
    address: JSON.parse(await firstLine(child, 'The simulator')),
    stop: async () => {
      child.kill();
      await once(child, 'exit');
    },
  };
}

/** The plugin's connection to a simulated tenant. */
export function connect(
  name: string,
  simulator: SimulatorAddress,
): GraphConnection {
  return createGraphConnection(
    {
      name,
      tenantId: simulator.tenantId,
      clientId: simulator.clientId,
      credential: {
        type: 'clientSecret',
        clientSecret: simulator.clientSecret,
      },
      authority: simulator.url,
      target: simulator.url,
    },
    { logger: mockServices.rootLogger({ level: 'none' }) },
  );
}
