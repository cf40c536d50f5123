import { Simulator } from 'graph-simulator';
import {
  ConnectionConfig,
  Credential,
  Refusal,
  RefusalMemory,
  TokenVault,
} from '../types';

/** A connection to the simulated tenant; by its client secret unless told otherwise. */
export function configOf(
  simulator: Simulator,
  credential: Credential = {
    type: 'clientSecret',
    clientSecret: simulator.clientSecret,
  },
): ConnectionConfig {
  return {
    name: 'contoso',
    tenantId: simulator.tenantId,
    clientId: simulator.clientId,
    credential,
    authority: simulator.url,
    target: simulator.url,
  };
}

/** How often the token endpoint was asked. */
export function tokenRequests(simulator: Simulator): number {
  return simulator.requests.count({ path: /\/oauth2\/v2\.0\/token$/ });
}

/** A clock that only a test moves. */
export function stoppedClock(start = Date.parse('2026-11-23T08:00:00.000Z')) {
  let time = start;
  return {
    now: () => new Date(time),
    passMinutes(minutes: number) {
      time += minutes * 60_000;
    },
  };
}

/** Remembers a refusal for an hour, as the database does. */
export function memoryOf(): RefusalMemory & { refusal?: Refusal } {
  const memory: RefusalMemory & { refusal?: Refusal } = {
    current: async () => memory.refusal,
    async remember(refusal, at) {
      memory.refusal = {
        ...refusal,
        since: memory.refusal?.since ?? at.toISOString(),
        retryAt: new Date(at.getTime() + 3_600_000).toISOString(),
      };
    },
    async forget() {
      memory.refusal = undefined;
    },
  };
  return memory;
}

/** Keeps a sign-in for all that share it, one renewal at a time. */
export function vaultOf(kept?: string): TokenVault & { kept?: string } {
  let turn: Promise<unknown> = Promise.resolve();
  const vault: TokenVault & { kept?: string } = {
    kept,
    read: async () => vault.kept,
    renew(work) {
      const mine = turn.then(async () => {
        const { keep, result } = await work(vault.kept);
        vault.kept = keep ?? vault.kept;
        return result;
      });
      turn = mine.catch(() => {});
      return mine;
    },
  };
  return vault;
}
