import { InvalidArgumentError, program } from 'commander';
import {
  DEFAULT_ACCOUNTS,
  DEFAULT_CLIENT_ID,
  DEFAULT_CLIENT_SECRET,
  DEFAULT_DOMAIN,
  DEFAULT_PORT,
  startSimulator,
} from './simulator';

function whole(text: string): number {
  if (!/^\d+$/.test(text)) {
    throw new InvalidArgumentError('Give a whole number.');
  }
  return Number(text);
}

function date(text: string): Date {
  const parsed = new Date(text);
  if (Number.isNaN(parsed.getTime())) {
    throw new InvalidArgumentError('Give a date as YYYY-MM-DD.');
  }
  return parsed;
}

interface CommandLine {
  accounts: number;
  seed: number;
  port: number;
  downloadPort: number;
  now?: Date;
  latency: number;
  roles?: string;
  premium: boolean;
  conceal: boolean;
  domain: string;
  strictRefreshTokens: boolean;
  tenantId?: string;
  clientId: string;
  clientSecret: string;
  json: boolean;
}

program
  .name('graph-simulator')
  .description('A Microsoft 365 tenant on loopback')
  .option('--accounts <n>', 'accounts, 20 to 1000000', whole, DEFAULT_ACCOUNTS)
  .option('--seed <n>', 'the same seed gives the same tenant', whole, 1)
  .option('--port <n>', 'port on 127.0.0.1, 0 for any', whole, DEFAULT_PORT)
  .option('--download-port <n>', 'port for report downloads', whole, 0)
  .option('--now <date>', 'the day the tenant is generated for', date)
  .option('--latency <ms>', 'milliseconds per Graph request', whole, 0)
  .option('--roles <roles>', 'permissions consented to, with commas between')
  .option('--no-premium', 'a tenant without Entra ID P1')
  .option('--conceal', 'conceal names in reports', false)
  .option('--domain <name>', 'domain of the tenant', DEFAULT_DOMAIN)
  .option(
    '--strict-refresh-tokens',
    'refuse refresh tokens that were used already',
    false,
  )
  .option('--tenant-id <id>', 'tenant id; default: one for each domain')
  .option('--client-id <id>', 'application id', DEFAULT_CLIENT_ID)
  .option('--client-secret <secret>', 'client secret', DEFAULT_CLIENT_SECRET)
  .option('--json', 'print the address as one line of JSON', false)
  .action(async (commandLine: CommandLine) => {
    const { conceal, json, latency, roles, ...options } = commandLine;
    const simulator = await startSimulator({
      ...options,
      latencyMs: latency,
      roles: roles?.split(',').map(role => role.trim()),
    });
    simulator.faults.concealNames = conceal;
    const stop = () => {
      simulator.stop().then(() => process.exit(0));
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    const { clientId, clientSecret, downloadUrl, tenant, tenantId, url } =
      simulator;
    const count = tenant.accounts.length.toLocaleString('en');
    process.stdout.write(
      json
        ? `${JSON.stringify({
            url,
            downloadUrl,
            domain: tenant.domain,
            tenantId,
            clientId,
            clientSecret,
            identityEndpoint: simulator.managedIdentity.endpoint,
            identityHeader: simulator.managedIdentity.header,
            accounts: tenant.accounts.length,
          })}\n`
        : `Simulated Microsoft 365 tenant with ${count} accounts at ${url}, tenant ${tenantId}\n`,
    );
  });

program.parseAsync().catch(error => {
  process.stderr.write(`graph-simulator: ${error.message}\n`);
  process.exit(1);
});
