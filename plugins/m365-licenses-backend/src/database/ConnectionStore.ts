import type {
  CheckUp,
  ConnectionPurpose,
  FindingId,
} from 'backstage-plugin-m365-licenses-common';
import type { Knex } from 'knex';
import { z } from 'zod/v3';
import type { RefusalMemory } from '../graph/types';
import { takeTurn } from './sql';
import type { ConnectionStore } from './types';

interface RefusalRow {
  tenant: string;
  purpose: ConnectionPurpose;
  message: string;
  code: string | null;
  mend: string | null;
  request_id: string | null;
  since: string;
  retry_at: string;
}

interface CheckRow {
  tenant: string;
  check_up: string;
}

/** An object, so that a finding that is missing here does not compile. */
const FINDING_IDS = {
  authorization: 'authorization',
  token: 'token',
  certificate: 'certificate',
  identity: 'identity',
  clock: 'clock',
  directory: 'directory',
  permissions: 'permissions',
  signInActivity: 'signInActivity',
  report: 'report',
  concealment: 'concealment',
} as const satisfies { [Id in FindingId]: Id };

const checkUpSchema: z.ZodType<CheckUp> = z.object({
  checkedAt: z.string(),
  findings: z.array(
    z.object({
      id: z.nativeEnum(FINDING_IDS),
      purpose: z.enum(['sync', 'reclamation']),
      task: z
        .enum([
          'application-roster',
          'application-access',
          'license-information',
          'reclamation',
        ])
        .nullable(),
      status: z.enum(['ok', 'warning', 'failing']),
      title: z.string(),
      detail: z.string(),
      steps: z.array(
        z.object({ text: z.string(), command: z.string().nullable() }),
      ),
      requestId: z.string().nullable(),
    }),
  ),
});

/** One that another version wrote counts as none: the next check-up replaces it. */
function toCheckUp(row: CheckRow | undefined): CheckUp | undefined {
  if (!row) {
    return undefined;
  }
  try {
    return checkUpSchema.parse(JSON.parse(row.check_up));
  } catch {
    return undefined;
  }
}

/** Refusals in `connection_refusals`, check-ups in `connection_checks`. */
export class DatabaseConnectionStore implements ConnectionStore {
  readonly #knex: Knex;

  constructor(knex: Knex) {
    this.#knex = knex;
  }

  refusals(
    tenant: string,
    purpose: ConnectionPurpose,
    retryAfterMs: number,
  ): RefusalMemory {
    const knex = this.#knex;
    const refusals = () => knex<RefusalRow>('connection_refusals');
    return {
      async current() {
        const row = await refusals().where({ tenant, purpose }).first();
        return (
          row && {
            message: row.message,
            code: row.code,
            mend: row.mend,
            requestId: row.request_id,
            since: row.since,
            retryAt: row.retry_at,
          }
        );
      },
      async remember({ message, code, mend, requestId }, at) {
        const refusal = {
          message,
          code,
          mend,
          request_id: requestId,
          retry_at: new Date(at.getTime() + retryAfterMs).toISOString(),
        };
        await refusals()
          .insert({ ...refusal, tenant, purpose, since: at.toISOString() })
          .onConflict(['tenant', 'purpose'])
          .merge({
            ...refusal,
            since: knex.raw(
              `case when connection_refusals.code is not distinct from excluded.code
                then connection_refusals.since else excluded.since end`,
            ),
          });
      },
      async forget() {
        await refusals().where({ tenant, purpose }).delete();
      },
    };
  }

  async retryNow(tenant: string, at: Date): Promise<void> {
    const now = at.toISOString();
    await this.#knex<RefusalRow>('connection_refusals')
      .where({ tenant })
      .where('retry_at', '>', now)
      .update({ retry_at: now });
  }

  async check(tenant: string): Promise<CheckUp | undefined> {
    return toCheckUp(
      await this.#knex<CheckRow>('connection_checks').where({ tenant }).first(),
    );
  }

  async saveCheck(
    tenant: string,
    check: CheckUp,
  ): Promise<CheckUp | undefined> {
    return this.#knex.transaction(async transaction => {
      // Of two check-ups at once, the second gets the first one back.
      await takeTurn(transaction, tenant);
      const checks = () => transaction<CheckRow>('connection_checks');
      const before = await checks().where({ tenant }).first();
      await checks()
        .insert({ tenant, check_up: JSON.stringify(check) })
        .onConflict('tenant')
        .merge();
      return toCheckUp(before);
    });
  }
}
