import { spawn } from 'child_process';
import { once } from 'events';
import { resolve } from 'path';
import { createInterface } from 'readline';
import { DEFAULT_TENANT_ID } from './index';

const BIN = resolve(__dirname, '../bin/graph-simulator');

describe('graph-simulator', () => {
  it('prints its address, serves, and ends on SIGTERM', async () => {
    const child = spawn(process.execPath, [
      BIN,
      '--json',
      '--port=0',
      '--accounts=25',
      '--conceal',
      '--domain=fabrikam.example',
      '--strict-refresh-tokens',
    ]);
    try {
      const [line] = await once(createInterface(child.stdout), 'line');
      const { accounts, domain, tenantId, url } = JSON.parse(line);
      expect([accounts, domain]).toEqual([25, 'fabrikam.example']);
      expect(tenantId).not.toBe(DEFAULT_TENANT_ID);
      const state = await (await fetch(`${url}/simulator/state`)).json();
      expect(state).toMatchObject({
        accounts: 25,
        faults: { concealNames: true, strictRefreshTokens: true },
      });
      child.kill('SIGTERM');
      expect(await once(child, 'exit')).toEqual([0, null]);
    } finally {
      child.kill('SIGKILL');
    }
  }, 60_000);

  it('says what is wrong with a size', async () => {
    const child = spawn(process.execPath, [BIN, '--accounts=3', '--port=0']);
    const [line] = await once(createInterface(child.stderr), 'line');
    expect(line).toContain('20 to 1,000,000 accounts, not 3');
    const [code] = await once(child, 'exit');
    expect(code).toBe(1);
  }, 60_000);
});
