import {
  CANDIDATE_REASONS,
  SERVICES,
} from 'backstage-plugin-m365-licenses-common';
import { z } from 'zod/v3';

const date = z.string().nullable();

/** Why a license could be taken back and what holds it back, as it is stored in JSON. */
export const evidenceSchema = z.object({
  reasons: z.array(
    z.object({
      type: z.enum(CANDIDATE_REASONS),
      since: date,
      services: z.array(z.enum(SERVICES)),
      lastActivityDate: date,
      reportRefreshDate: date,
      thresholdDays: z.number().nullable(),
      other: z
        .object({ skuId: z.string(), displayName: z.string() })
        .nullable(),
      groups: z.array(
        z.object({ id: z.string(), name: z.string().nullable() }),
      ),
      unobservable: z.array(z.string()),
    }),
  ),
  heldBack: z.array(
    z.object({
      type: z.enum([
        'exemption',
        'grace',
        'groupOnly',
        'dataNotGood',
        'gone',
        'share',
      ]),
      until: date,
      reason: z.string(),
      owner: z.string().nullable(),
      exemptionId: z.string().nullable(),
    }),
  ),
});
