import { mockServices } from '@backstage/backend-test-utils';
import { type Entity, RELATION_OWNED_BY } from '@backstage/catalog-model';
import type { NotificationSendOptions } from '@backstage/plugin-notifications-node';
import {
  ANNOTATION_LICENSE_OWNERS,
  ANNOTATION_USER_ID,
  ANNOTATION_USER_PRINCIPAL_NAME,
} from 'backstage-plugin-m365-licenses-common';
import type { LicenseMessage } from 'backstage-plugin-m365-licenses-node';
import { EntityAccounts } from '../../api/entities';
import {
  activeUser,
  AT,
  direct,
  E3,
  GROUP,
  idOf,
  sku,
  storeRoster,
  user,
} from '../../database/__testUtils__/records';
import type {
  NewReclamation,
  StoredItem,
  StoredReclamation,
  Stores,
} from '../../database/types';
import {
  groupEntity,
  TENANT,
  testEvaluation,
  userEntity,
} from '../../evaluation/__testUtils__/evaluation';
import type { GraphPerson } from '../../graph/types';
import { GroupOwners } from '../GroupOwners';
import { Questions, type QuestionsOptions } from '../Questions';

export const VISIO = 'c5928f49-12ba-48f7-ada3-0d743a3601d5';
/** Of the accounts 1 to 3, and of who owns the group of account 4. */
export const ROBIN = 'user:default/robin';
export const SAM = 'user:default/sam';
export const MAYA = 'user:default/maya';
export const OLIVIA = 'user:default/olivia';
export const NOAH = 'user:default/noah';
/** Who made the plans. */
export const ADMIN = 'user:default/admin';

const EXCHANGE = 'efb87545-963c-4e0d-99df-69c6916d9eb0';
const TEAMS = '57ff2da0-773e-42df-b2af-ffb7a2317929';

const plan = (servicePlanId: string, servicePlanName: string) => ({
  servicePlanId,
  servicePlanName,
  appliesTo: 'User' as const,
});

/**
 * Nobody uses what they hold. Robin has two products, one of them by a group as
 * well; Sam's and Kim's accounts are disabled, and nobody knows who the last one
 * is.
 */
const USERS = [
  user(1, {
    displayName: 'Robin',
    assignments: [
      direct(E3),
      direct(VISIO),
      direct(VISIO, { assignedByGroup: GROUP }),
    ],
  }),
  user(2, { displayName: 'Sam', accountEnabled: false }),
  user(3, { displayName: 'Maya' }),
  user(4, { displayName: 'Kim', accountEnabled: false }),
  user(5, { displayName: 'Nobody' }),
];

const group = (
  name: string,
  options: { childOf?: string[]; owners?: string; ownedBy?: string },
): Entity => {
  const entity = groupEntity(name, options);
  return {
    ...entity,
    metadata: {
      ...entity.metadata,
      ...(options.owners && {
        annotations: { [ANNOTATION_LICENSE_OWNERS]: options.owners },
      }),
    },
    relations: [
      ...(entity.relations ?? []),
      ...(options.ownedBy
        ? [{ type: RELATION_OWNED_BY, targetRef: options.ownedBy }]
        : []),
    ],
  };
};

export const ENTITIES = [
  group('tech', { owners: `${OLIVIA}, group:default/leads, of no use` }),
  group('platform', { childOf: ['tech'] }),
  group('leads', {}),
  group('design', { ownedBy: 'group:default/leads' }),
  userEntity('robin', {
    annotations: { [ANNOTATION_USER_ID]: idOf(1) },
    memberOf: ['design'],
  }),
  userEntity('sam', { email: 'Person2@contoso.example' }),
  userEntity('maya', {
    annotations: {
      [ANNOTATION_USER_PRINCIPAL_NAME]: 'person3@contoso.example',
    },
  }),
  userEntity('kim', {
    annotations: { [ANNOTATION_USER_ID]: idOf(4) },
    memberOf: ['platform'],
  }),
  userEntity('olivia'),
  userEntity('noah', { memberOf: ['leads'] }),
];

const personOf = (number: number): GraphPerson => ({
  id: idOf(number),
  userPrincipalName: `person${number}@contoso.example`,
  displayName: `Person ${number}`,
});

/** A tenant with people who are asked, and a replica that asks them. */
export async function campaignWorld(stores: Stores) {
  const clock = { now: AT };
  const now = () => clock.now;
  const { evaluation, catalog } = testEvaluation(stores, {
    now,
    entities: ENTITIES,
  });
  await stores.licenses.store(
    TENANT,
    {
      skus: [
        sku(E3, { servicePlans: [plan(EXCHANGE, 'EXCHANGE_S')] }),
        sku(VISIO, {
          skuPartNumber: 'VISIOCLIENT',
          servicePlans: [plan(TEAMS, 'TEAMS1')],
        }),
      ],
    },
    AT,
  );
  await storeRoster(stores, USERS);

  /** Stores reports of a day, by which some people used everything on it. */
  const reported = async (day: string, ...numbers: number[]) => {
    await stores.activity.storeRows(
      TENANT,
      numbers.map(number =>
        activeUser(
          `person${number}@contoso.example`,
          { exchange: day, teams: day },
          { reportRefreshDate: day },
        ),
      ),
      clock.now,
    );
    for (const report of ['activeUsers', 'emailApps'] as const) {
      await stores.activity.completeReport(TENANT, report, day, clock.now, 100);
    }
    await evaluation.evaluate(TENANT);
  };
  await reported('2026-11-19');

  const items = (id: string, itemIds?: string[]): Promise<StoredItem[]> =>
    stores.reclamations.items(id, itemIds);

  return {
    stores,
    catalog,
    evaluation,
    reported,
    items,
    /** Goes on to so many days after the plans were started. */
    onDay(days: number) {
      clock.now = new Date(AT.getTime() + days * 86_400_000);
    },

    /** Plans to take all that accounts hold, and starts to ask about it. */
    async start(
      id: string,
      numbers: number[],
      overrides?: Partial<NewReclamation>,
    ): Promise<StoredReclamation> {
      const evaluated = await evaluation.candidatesOf(
        TENANT,
        numbers.map(idOf),
      );
      const at = now().toISOString();
      await stores.reclamations.create(
        {
          id,
          tenant: TENANT,
          kind: 'reclaim',
          mode: 'askFirst',
          status: 'approved',
          origin: 'candidates',
          reason: 'Nobody used it for long.',
          leaveGroups: true,
          createdBy: ADMIN,
          createdAt: at,
          expiresAt: null,
          approvedBy: ADMIN,
          startedBy: null,
          restoreOf: null,
          policyId: null,
          ...overrides,
        },
        [...evaluated.values()].flatMap(({ account, candidates }) =>
          account.assignments.map(({ skuId, groupId, lastActivityDate }) => ({
            id: `${id}-${account.displayName}-${skuId === E3 ? 'E3' : 'Visio'}${
              groupId ? '-by-group' : ''
            }`,
            account: {
              id: account.id,
              userPrincipalName: account.userPrincipalName,
              displayName: account.displayName,
            },
            skuId,
            path: {
              group: groupId
                ? {
                    id: groupId,
                    name: 'Draughtsmen',
                    leaving: 'possible' as const,
                    owners: [],
                    otherSkuIds: [],
                  }
                : null,
              state: 'Active',
              error: null,
              disabledPlans: [],
              assignedAt: null,
            },
            evidence: {
              reasons:
                candidates.find(each => each.skuId === skuId)?.reasons ?? [],
              heldBack: [],
              lastActivityDate,
              evaluatedAt: at,
            },
            value: [],
            outcome: 'planned' as const,
            message: '',
            restores: null,
          })),
        ),
      );
      await stores.reclamations.move(
        id,
        ['approved'],
        {
          status: 'started',
          startedBy: ADMIN,
          answerUntil: new Date(now().getTime() + 5 * 86_400_000).toISOString(),
          await: true,
        },
        { type: 'started', by: ADMIN, message: 'Started.' },
        now(),
      );
      const stored = await stores.reclamations.get(TENANT, id);
      if (!stored) {
        throw new Error(`No plan ${id}`);
      }
      return stored;
    },

    /** Each item's outcome, by what is behind the plan's id in its own. */
    async outcomes(id: string): Promise<Record<string, string>> {
      return Object.fromEntries(
        (await items(id)).map(item => [
          item.id.slice(id.length + 1),
          item.outcome,
        ]),
      );
    },

    /** A replica of the portal whose notifications a test holds. */
    replica(options: Partial<QuestionsOptions> = {}) {
      const sent: NotificationSendOptions[] = [];
      const messages: LicenseMessage[] = [];
      const warnings: string[] = [];
      const woken = { worker: 0 };
      const progress: string[] = [];
      const questions = Questions.create({
        tenants: [
          {
            name: TENANT,
            reclamationEnabled: true,
            graph: {
              managersOf: async ids =>
                new Map(
                  ids.map(id => [
                    id,
                    id === idOf(1) || id === idOf(2) ? personOf(3) : null,
                  ]),
                ),
            },
          },
        ],
        stores,
        catalog,
        auth: mockServices.auth(),
        entityAccounts: EntityAccounts.create({
          catalog,
          accounts: stores.accounts,
          tenants: [{ name: TENANT, tenantId: `directory-${TENANT}` }],
        }),
        groupOwners: GroupOwners.create({
          catalog,
          auth: mockServices.auth(),
          stores,
        }),
        evaluation,
        notifications: {
          send: async notification => {
            sent.push(notification);
          },
        },
        messengers: [
          {
            id: 'chat',
            send: async message => {
              messages.push(message);
            },
          },
        ],
        config: {
          answerDays: 5,
          remindAfterDays: 3,
          askAgainAfterDays: 90,
          keepDays: 180,
        },
        holdOff: async () => undefined,
        wake: () => {
          woken.worker += 1;
        },
        onProgress: (_tenant, id) => progress.push(id),
        logger: mockServices.logger.mock({
          warn: line => {
            warnings.push(line);
          },
        }),
        scheduler: mockServices.scheduler.mock(),
        now,
        ...options,
      });
      return {
        questions,
        sent,
        messages,
        warnings,
        woken,
        progress,
        /** Who was told what by notifications, in the order of who. */
        told: () =>
          sent
            .flatMap(({ recipients, payload }) =>
              'entityRef' in recipients
                ? [recipients.entityRef]
                    .flat()
                    .map(ref => [ref, payload.title] as const)
                : [],
            )
            .sort(([left], [right]) => (left < right ? -1 : 1)),
      };
    },
  };
}

export type CampaignWorld = Awaited<ReturnType<typeof campaignWorld>>;
