import { mockServices, TestDatabases } from '@backstage/backend-test-utils';
import {
  ConflictError,
  InputError,
  NotAllowedError,
  NotFoundError,
  ServiceUnavailableError,
} from '@backstage/errors';
import { CAST, LICENSE_GROUPS, PRODUCTS } from 'graph-simulator';
import { readConfig, type ReclamationConfig } from '../config';
import type { PlannedItem, StoredReclamation, Stores } from '../database/types';
import type { Evaluation } from '../evaluation';
import { testEvaluation } from '../evaluation/__testUtils__/evaluation';
import { GraphError } from '../graph/errors';
import { term } from '../insights/__testUtils__/licenses';
import {
  createWorld,
  delegate,
  TENANT,
  type World,
} from '../sync/__testUtils__/world';
import { applicationAccess } from '../sync/applicationAccess';
import { applicationRoster } from '../sync/applicationRoster';
import { licenseInformation } from '../sync/licenseInformation';
import { OUTCOME_SENTENCES } from './outcomes';
import {
  type PlanRequest,
  Reclamations,
  type ReclamationTenant,
} from './Reclamations';

jest.setTimeout(120_000);

const { skuId: E3 } = PRODUCTS.SPE_E3;
const { skuId: E5 } = PRODUCTS.SPE_E5;
const { skuId: VISIO } = PRODUCTS.VISIOCLIENT;
const { skuId: PROJECT } = PRODUCTS.PROJECTPROFESSIONAL;
const { skuId: POWER_BI } = PRODUCTS.POWER_BI_PRO;

const OLIVIA = 'user:default/olivia';
const TOM = 'user:default/tom';
const DAY_MS = 24 * 60 * 60_000;

function castMember(surname: string) {
  const found = CAST.find(member => member.surname === surname);
  if (!found) {
    throw new Error(`There is no ${surname} in the cast`);
  }
  return found;
}
const viktor = castMember('Lange'); // disabled, four direct licenses
const ingrid = castMember('Solberg'); // E3 direct and by group
const clara = castMember('Hoffmann'); // E3 by a dynamic group only
const maya = castMember('Lindqvist'); // E5 by a group from on premises only
const tomas = castMember('Novak'); // E3 and E5 direct
const nora = castMember('Eriksen'); // E3 with a service plan switched off
const lucas = castMember('Moreau'); // E3, never active
const robin = castMember('Sommer'); // E5, active

const databases = TestDatabases.create({ ids: ['SQLITE_3', 'POSTGRES_18'] });

describe.each(databases.eachSupportedId())('Reclamations on %p', databaseId => {
  let world: World;
  let stores: Stores;
  let evaluation: Evaluation;
  let tenant: ReclamationTenant;
  let woken: number;

  beforeEach(async () => {
    world = await createWorld(await databases.init(databaseId), {
      accounts: 40,
    });
    ({ stores } = world);
    ({ evaluation } = testEvaluation(stores, { now: world.now }));
    tenant = {
      name: TENANT,
      graph: world.graph,
      reclamationGraph: world.graph,
      reclamationEnabled: true,
    };
    woken = 0;
  });

  afterEach(async () => {
    await world?.stop();
  });

  /** Reads the tenant and finds the candidates. */
  const sync = async () => {
    await world.run(licenseInformation);
    await world.run(applicationRoster);
    await world.run(applicationAccess);
    await evaluation.evaluate(TENANT);
  };

  const reclamationsWith = (config: Partial<ReclamationConfig> = {}) => {
    const defaults = readConfig(mockServices.rootConfig());
    return Reclamations.create({
      stores,
      evaluation,
      config: { ...defaults.reclamation, ...config },
      logger: mockServices.logger.mock(),
      now: world.now,
      wake: () => {
        woken += 1;
      },
    });
  };

  const requestFor = (
    selection: PlanRequest['selection'],
    overrides?: Partial<PlanRequest>,
  ): PlanRequest => ({
    selection,
    origin: selection.type,
    reason: 'Left the company',
    mode: 'immediate',
    leaveGroups: false,
    createdBy: OLIVIA,
    ...overrides,
  });
  const named = (userIds: string[], skuIds?: string[]) =>
    ({ type: 'users', userIds, skuIds } as const);

  const preview = async (
    selection: PlanRequest['selection'],
    overrides?: Partial<PlanRequest>,
    config?: Partial<ReclamationConfig>,
  ) =>
    (
      await reclamationsWith(config).preview(
        tenant,
        requestFor(selection, overrides),
      )
    ).items;

  /** Items as product, path and outcome. */
  const shortly = (items: PlannedItem[]) =>
    items.map(({ skuId, path, outcome }) => [
      skuId,
      path.group?.id ?? 'direct',
      outcome,
    ]);

  /** A person in a new group with assigned members that grants some SKUs. */
  const addGroup = (
    skuIds: string[],
    person: { id: string },
    rest: { displayName?: string; ownerIds?: string[] } = {},
  ) => {
    const group = world.simulator.tenant.addGroup({
      displayName: 'Licenses for projects',
      skuIds,
      ...rest,
    });
    const account = world.simulator.tenant.get(person.id);
    const [example] = account.assignments;
    world.simulator.tenant.update(person.id, {
      assignments: [
        ...account.assignments,
        ...skuIds.map(skuId => ({
          ...example,
          skuId,
          assignedByGroup: group.id,
          disabledPlans: [],
        })),
      ],
    });
    return group;
  };

  const exempt = (accountId: string, skuId: string | null) =>
    stores.exemptions.create(
      TENANT,
      {
        accountId,
        group: null,
        skuId,
        reason: 'Needs it in March',
        owner: TOM,
        expiresOn: null,
      },
      { createdBy: TOM, at: world.now() },
    );

  const storedPlan = async (
    reclamations: Reclamations,
    overrides?: Partial<PlanRequest>,
  ) =>
    (await reclamations.plan(tenant, requestFor(named([viktor.id]), overrides)))
      .reclamation;

  /** Starts a plan and takes back what it says, group paths left alone. */
  const carryOut = async (
    reclamations: Reclamations,
    plan: StoredReclamation,
  ) => {
    const { id } = plan;
    await reclamations.start(tenant, id, { by: OLIVIA, mayApprove: true });
    await stores.reclamations.claim(id, 'holder', world.now(), world.now());
    const items = await stores.reclamations.next(id, 100);
    await stores.reclamations.markRunning(
      id,
      'holder',
      items.map(item => item.id),
      world.now(),
    );
    const ids = [...new Set(items.map(({ account }) => account.id))];
    await world.graph.changeLicenses(
      ids.map(userId => ({
        userId,
        add: [],
        remove: items
          .filter(({ account }) => account.id === userId)
          .map(({ skuId }) => skuId),
      })),
    );
    await stores.reclamations.recordOutcomes(
      id,
      items.map(item => ({
        itemId: item.id,
        outcome: 'reclaimed',
        message: OUTCOME_SENTENCES.reclaimed,
        requestId: null,
      })),
      world.now(),
    );
    await stores.reclamations.finish(id, world.now());
    return items;
  };

  describe('plans for people who are named', () => {
    it('reads them from Microsoft and changes nothing there', async () => {
      const items = await preview(
        named([viktor.userPrincipalName.toUpperCase(), nora.id]),
      );
      expect(shortly(items)).toEqual(
        expect.arrayContaining(
          [E5, VISIO, PROJECT, POWER_BI].map(skuId => [
            skuId,
            'direct',
            'planned',
          ]),
        ),
      );
      expect(items).toHaveLength(5);
      expect(items[4]).toEqual({
        id: expect.any(String),
        account: {
          id: nora.id,
          userPrincipalName: nora.userPrincipalName,
          displayName: 'Nora Eriksen',
        },
        skuId: E3,
        path: {
          group: null,
          state: 'Active',
          error: null,
          disabledPlans: nora.licenses[0].disabledPlans,
          assignedAt: expect.stringMatching(/^20\d\d-\d\d-\d\dT/),
        },
        evidence: {
          reasons: [],
          heldBack: [],
          lastActivityDate: null,
          evaluatedAt: null,
        },
        value: [],
        outcome: 'planned',
        message: OUTCOME_SENTENCES.planned,
        restores: null,
      });
      expect(world.simulator.requests.assignLicenseCalls).toBe(0);
      // They are on the roster at once, for whoever looks the leaver up.
      expect(
        await stores.accounts.get(TENANT, viktor.id, world.threshold),
      ).toMatchObject({ account: { enabled: false } });
    });

    it('plans the SKUs that are asked for, and says which are not there', async () => {
      const items = await preview(
        named([viktor.id, viktor.userPrincipalName], [VISIO.toUpperCase(), E3]),
      );
      expect(shortly(items)).toEqual([
        [VISIO, 'direct', 'planned'],
        [E3, 'direct', 'alreadyGone'],
      ]);
    });

    it('values each seat once', async () => {
      await sync();
      await stores.terms.replace(
        TENANT,
        [VISIO, E3].map(skuId => ({
          skuId,
          terms: [
            term({
              cost: '10',
              currency: 'EUR',
              frequency: 'monthly',
              quantity: 1_000,
              effectiveDate: '2026-01-01',
              expirationDate: null,
            }),
          ],
        })),
        { updatedBy: OLIVIA, at: world.now() },
      );
      const value = async (userId: string, skuId: string, leave = false) =>
        (
          await preview(
            named([userId], [skuId]),
            { leaveGroups: leave },
            { leaveGroups: leave },
          )
        ).map(item => item.value);
      const eur = (amount: string) => [{ amount, currency: 'EUR' }];
      expect(await value(viktor.id, VISIO)).toEqual([eur('120.00')]);
      expect(await value(viktor.id, E5)).toEqual([[]]);
      // The dynamic group keeps the seat.
      expect(await value(ingrid.id, E3)).toEqual([eur('0.00'), eur('0.00')]);
      addGroup([VISIO], viktor);
      expect(await value(viktor.id, VISIO)).toEqual([eur('0.00'), eur('0.00')]);
      expect(await value(viktor.id, VISIO, true)).toEqual([
        eur('120.00'),
        eur('0.00'),
      ]);
    });

    it('says whom it does not know, or may not show', async () => {
      const absent = 'nobody@contoso.example';
      await expect(preview(named([viktor.id, absent]))).rejects.toThrow(
        new NotFoundError(
          `Microsoft knows no account ${absent} in the tenant ${TENANT}`,
        ),
      );
      await expect(
        preview(named([viktor.id]), { visible: { department: ['Sales'] } }),
      ).rejects.toThrow(NotFoundError);
      await expect(
        preview(named(Array.from({ length: 101 }, (_, index) => `${index}`))),
      ).rejects.toThrow(InputError);
    });

    it('says why an account could not be read', async () => {
      world.simulator.faults.add({
        path: new RegExp(viktor.id),
        fault: { kind: 'fail', status: 400 },
      });
      await expect(preview(named([viktor.id]))).rejects.toThrow(
        ServiceUnavailableError,
      );
    });

    it("holds back what is exempted, but not one's own wish", async () => {
      await exempt(viktor.id, VISIO);
      const [held] = await preview(named([viktor.id], [VISIO]));
      expect(held).toMatchObject({
        outcome: 'heldBack',
        message: `Left alone: ${TOM} exempted it: "Needs it in March".`,
        evidence: { heldBack: [{ type: 'exemption', owner: TOM }] },
      });
      const [wish] = await preview(named([viktor.id], [VISIO]), {
        origin: 'handBack',
      });
      expect(wish).toMatchObject({
        outcome: 'planned',
        evidence: { heldBack: [{ type: 'exemption' }] },
      });
    });

    it('says so where there is nothing', async () => {
      world.simulator.tenant.update(viktor.id, { assignments: [] });
      await expect(preview(named([viktor.id]))).rejects.toThrow(
        'There is nothing to take back: these accounts hold no license',
      );
    });
  });

  const leaving = { leaveGroups: true };

  describe('plans for licenses by group', () => {
    it('names the group, who owns it, and what leaving it would take', async () => {
      const group = addGroup([VISIO, E3], viktor, { ownerIds: [robin.id] });
      const [, item] = await preview(
        named([viktor.id], [VISIO]),
        leaving,
        leaving,
      );
      expect(item).toMatchObject({
        skuId: VISIO,
        path: {
          group: {
            id: group.id,
            name: 'Licenses for projects',
            leaving: 'grantsMore',
            owners: [
              {
                id: robin.id,
                userPrincipalName: robin.userPrincipalName,
                displayName: 'Robin Sommer',
              },
            ],
            otherSkuIds: [E3],
          },
        },
        outcome: 'inheritedFromGroup',
      });
      expect(item.message).toContain('Licenses for projects');
      expect(item.message).toContain('Robin Sommer');
      expect(item.message).toContain('Microsoft 365 E3');
    });

    it('leaves a group only where the plan and the configuration say so', async () => {
      const group = addGroup([VISIO], viktor);
      const outcome = async (
        request: { leaveGroups: boolean },
        config: { leaveGroups: boolean },
      ) =>
        (await preview(named([viktor.id], [VISIO]), request, config)).map(
          item => [item.path.group?.leaving, item.outcome],
        );
      const left = [undefined, 'planned'];
      const not = { leaveGroups: false };
      expect(await outcome(leaving, leaving)).toEqual([
        left,
        ['possible', 'planned'],
      ]);
      for (const [request, config] of [
        [leaving, not],
        [not, leaving],
      ]) {
        expect(await outcome(request, config)).toEqual([
          left,
          ['possible', 'inheritedFromGroup'],
        ]);
      }
      expect(world.simulator.requests.membersRemoved(group.id, viktor.id)).toBe(
        0,
      );
    });

    it('leaves a group that grants several when all of them are to go', async () => {
      const group = addGroup([VISIO, E3], viktor);
      const items = await preview(
        named([viktor.id], [VISIO, E3]),
        leaving,
        leaving,
      );
      expect(shortly(items)).toEqual([
        [VISIO, 'direct', 'planned'],
        [VISIO, group.id, 'planned'],
        [E3, group.id, 'planned'],
      ]);
      // Unless one of them is held back.
      await exempt(viktor.id, E3);
      expect(
        shortly(
          await preview(named([viktor.id], [VISIO, E3]), leaving, leaving),
        ),
      ).toEqual([
        [VISIO, 'direct', 'planned'],
        [VISIO, group.id, 'inheritedFromGroup'],
        [E3, group.id, 'heldBack'],
      ]);
    });

    it('leaves dynamic groups and those from on premises alone', async () => {
      const items = await preview(
        named([clara.id, maya.id, ingrid.id]),
        leaving,
        leaving,
      );
      expect(shortly(items)).toEqual([
        [E3, LICENSE_GROUPS.finance.id, 'inheritedFromGroup'],
        [E5, LICENSE_GROUPS.leadership.id, 'inheritedFromGroup'],
        [E3, 'direct', 'planned'],
        [E3, LICENSE_GROUPS.finance.id, 'inheritedFromGroup'],
      ]);
      expect(items.map(({ path }) => path.group?.leaving)).toEqual([
        'dynamic',
        'onPremises',
        undefined,
        'dynamic',
      ]);
      // Clara's and Ingrid's group is looked up once.
      expect(
        world.simulator.requests.count({
          path: new RegExp(`/groups/${LICENSE_GROUPS.finance.id}$`),
        }),
      ).toBe(1);
    });

    it('names a group that cannot be looked up by what is known of it', async () => {
      await preview(named([clara.id, maya.id]));
      await stores.accounts.nameGroup(
        TENANT,
        { id: LICENSE_GROUPS.finance.id, displayName: 'Finance E3' },
        world.now(),
      );
      world.simulator.faults.add({
        path: /\/groups\//,
        times: 'always',
        fault: { kind: 'fail', status: 403 },
      });
      const items = await preview(named([clara.id, maya.id]), leaving, leaving);
      const unknown = { leaving: 'unknown', owners: [], otherSkuIds: [] };
      expect(items.map(({ path }) => path.group)).toEqual([
        { ...unknown, id: LICENSE_GROUPS.finance.id, name: 'Finance E3' },
        { ...unknown, id: LICENSE_GROUPS.leadership.id, name: null },
      ]);
      expect(items[0].message).toContain('Finance E3');
      expect(items[1].message).toContain(LICENSE_GROUPS.leadership.id);
    });
  });

  describe('plans for candidates', () => {
    beforeEach(sync);

    const candidate = (person: { id: string }, skuId: string) => ({
      accountId: person.id,
      skuId,
    });

    it('takes those that are picked, with their evidence', async () => {
      const items = await preview({
        type: 'candidates',
        candidates: [
          candidate(lucas, E3),
          candidate(tomas, E3.toUpperCase()),
          candidate(lucas, E3),
        ],
      });
      expect(shortly(items)).toEqual([
        [E3, 'direct', 'planned'],
        [E3, 'direct', 'planned'],
      ]);
      expect(items.map(({ account }) => account.id)).toEqual([
        lucas.id,
        tomas.id,
      ]);
      expect(items[0].evidence).toEqual({
        reasons: [expect.objectContaining({ type: 'neverActive' })],
        heldBack: [],
        lastActivityDate: null,
        evaluatedAt: world.now().toISOString(),
      });
    });

    it('names those that are no candidate any more, or gone', async () => {
      await stores.accounts.storeUsers(
        TENANT,
        [{ ...(await world.graph.user(tomas.id)), assignments: [] }],
        world.now(),
      );
      const items = await preview({
        type: 'candidates',
        candidates: [
          candidate(robin, E5),
          candidate(tomas, E3),
          candidate({ id: 'unknown' }, E3),
        ],
      });
      expect(items.map(({ outcome, message }) => [outcome, message])).toEqual([
        ['changed', OUTCOME_SENTENCES.changed],
        ['alreadyGone', OUTCOME_SENTENCES.alreadyGone],
      ]);
      await expect(
        preview({
          type: 'candidates',
          candidates: [candidate({ id: 'unknown' }, E3)],
        }),
      ).rejects.toThrow(/none of these accounts is known/);
    });

    it('leaves the group what it grants besides', async () => {
      const items = await preview(
        { type: 'candidates', candidates: [candidate(ingrid, E3)] },
        leaving,
        leaving,
      );
      expect(shortly(items)).toEqual([[E3, 'direct', 'planned']]);
    });

    it('does not leave a group that keeps another license of the person', async () => {
      const group = addGroup([VISIO, E3], viktor);
      world.simulator.tenant.enable(viktor.id);
      await sync();
      const found = await stores.candidates.ofAccounts(TENANT, [viktor.id]);
      const reasonOf = (skuId: string) =>
        found.find(each => each.skuId === skuId)?.reasons[0].type;
      expect(reasonOf(VISIO)).toBe('directAndGroup');
      expect(reasonOf(E3)).toBe('overlap');
      const items = await preview(
        {
          type: 'candidates',
          candidates: [candidate(viktor, VISIO), candidate(viktor, E3)],
        },
        leaving,
        leaving,
      );
      expect(shortly(items)).toEqual([
        [VISIO, 'direct', 'planned'],
        [E3, group.id, 'inheritedFromGroup'],
      ]);
      expect(items[1].path.group?.otherSkuIds).toEqual([VISIO]);
    });

    it('has everything that matches a filter, and what is held back with its reason', async () => {
      await exempt(viktor.id, VISIO);
      await evaluation.reevaluate(TENANT, { accountIds: [viktor.id] });
      const items = await preview({
        type: 'filter',
        filter: { reasons: ['disabled', 'overlap'], department: 'finance' },
      });
      const own = items.filter(({ account }) => account.id === viktor.id);
      expect(shortly(own)).toEqual(
        expect.arrayContaining([
          [E5, 'direct', 'planned'],
          [POWER_BI, 'direct', 'planned'],
          [VISIO, 'direct', 'heldBack'],
        ]),
      );
      const accounts = world.simulator.tenant.accounts.filter(
        ({ department }) => department === 'Finance',
      );
      for (const { account, evidence } of items) {
        expect(accounts.map(({ id }) => id)).toContain(account.id);
        expect(['disabled', 'overlap']).toContain(evidence.reasons[0].type);
      }
      expect(
        await preview({
          type: 'filter',
          filter: { reasons: ['disabled'], skuIds: [VISIO, POWER_BI] },
        }),
      ).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ skuId: POWER_BI, outcome: 'planned' }),
        ]),
      );
      await expect(
        preview(
          { type: 'filter', filter: { text: 'viktor' } },
          { visible: { department: ['Sales'] } },
        ),
      ).rejects.toThrow(/no candidate matches/);
    });

    it('names the group of candidates that only a group grants', async () => {
      const account = world.simulator.tenant.get(clara.id);
      world.simulator.tenant.update(account.id, { accountEnabled: false });
      await sync();
      const [item] = await preview({
        type: 'candidates',
        candidates: [candidate(clara, E3)],
      });
      expect(item).toMatchObject({
        outcome: 'inheritedFromGroup',
        path: { group: { leaving: 'dynamic' } },
        evidence: { heldBack: [] },
      });
    });

    it('takes no larger license before the smaller one is there', async () => {
      const found = await evaluation.candidatesOf(TENANT, [robin.id]);
      const account = found.get(robin.id)?.account;
      const [picked] =
        (await evaluation.candidatesOf(TENANT, [lucas.id])).get(lucas.id)
          ?.candidates ?? [];
      if (!account) {
        throw new Error('Robin is not known');
      }
      await stores.candidates.storeFor(TENANT, [
        {
          account,
          candidates: [
            {
              ...picked,
              skuId: E5,
              reasons: [
                {
                  ...picked.reasons[0],
                  type: 'downgrade',
                  other: { skuId: E3, displayName: 'Microsoft 365 E3' },
                },
              ],
              otherSkuId: E3,
            },
          ],
        },
      ]);
      const [item] = await preview({
        type: 'candidates',
        candidates: [candidate(robin, E5)],
      });
      expect(item.outcome).toBe('heldBack');
      expect(item.message).toContain('Assign Microsoft 365 E3 first');
    });

    it('takes no more than the share of a product at once, unless people are named', async () => {
      for (let index = 0; index < 15; index += 1) {
        const account = world.simulator.tenant.add({
          userPrincipalName: `leaver${index}@contoso.example`,
          accountEnabled: false,
          usageLocation: 'DE',
        });
        const [example] = world.simulator.tenant.get(lucas.id).assignments;
        world.simulator.tenant.update(account.id, {
          assignments: [{ ...example, skuId: VISIO }],
        });
      }
      await sync();
      const filter: PlanRequest['selection'] = {
        type: 'filter',
        filter: { skuIds: [VISIO], reasons: ['disabled'] },
      };
      const outcomes = async (maxItems?: number) => {
        const items = await preview(filter, { maxItems });
        const count = (outcome: string) =>
          items.filter(item => item.outcome === outcome).length;
        const held = items.filter(({ outcome }) => outcome === 'heldBack');
        expect(
          held.every(({ evidence }) => evidence.heldBack[0].type === 'share'),
        ).toBe(true);
        return [count('planned'), count('heldBack')];
      };
      expect(await outcomes()).toEqual([10, 6]);
      expect(await outcomes(12)).toEqual([10, 6]);
      expect(await outcomes(4)).toEqual([4, 4]);
      const everybody = named(
        world.simulator.tenant.accounts
          .filter(({ accountEnabled }) => !accountEnabled)
          .map(({ id }) => id),
        [VISIO],
      );
      expect(
        (await preview(everybody)).filter(
          ({ outcome }) => outcome === 'planned',
        ),
      ).toHaveLength(16);
    });
  });

  describe('moves plans on', () => {
    const start = (
      reclamations: Reclamations,
      { id }: StoredReclamation,
      mayApprove = true,
    ) => reclamations.start(tenant, id, { by: OLIVIA, mayApprove });

    it('stores a plan once for an idempotency key, whatever changed meanwhile', async () => {
      const reclamations = reclamationsWith();
      const request = {
        ...requestFor(named([viktor.id])),
        idempotencyKey: 'key',
      };
      const [first, second] = await Promise.all([
        reclamations.plan(tenant, request),
        reclamations.plan(tenant, request),
      ]);
      expect([first.created, second.created].sort()).toEqual([false, true]);
      expect(second.reclamation).toEqual(first.reclamation);
      expect(first.reclamation).toMatchObject({
        status: 'planned',
        items: 4,
        expiresAt: new Date(world.now().getTime() + 7 * DAY_MS).toISOString(),
      });
      world.simulator.tenant.remove(viktor.id);
      expect(await reclamations.plan(tenant, request)).toMatchObject({
        created: false,
        reclamation: { id: first.reclamation.id },
      });
      await expect(
        reclamations.plan(tenant, { ...request, reason: 'Another' }),
      ).rejects.toThrow(ConflictError);
    });

    it('approves, starts, pauses, resumes and cancels', async () => {
      const reclamations = reclamationsWith();
      const plan = await storedPlan(reclamations);
      const { id } = plan;
      const approved = await reclamations.approve(tenant, id, TOM);
      expect(approved).toMatchObject({ status: 'approved', approvedBy: TOM });
      // Somebody else's approval does not replace it.
      expect(await reclamations.approve(tenant, id, OLIVIA)).toEqual(approved);
      const started = await start(reclamations, plan, false);
      expect(started).toMatchObject({
        status: 'started',
        approvedBy: TOM,
        startedBy: OLIVIA,
        counts: [{ outcome: 'scheduled', items: 4 }],
      });
      expect(woken).toBe(1);
      expect(await start(reclamations, plan, false)).toEqual(started);

      await expect(reclamations.resume(tenant, id, TOM)).resolves.toMatchObject(
        { status: 'started' },
      );
      expect(await reclamations.pause(tenant, id, TOM)).toMatchObject({
        status: 'paused',
      });
      await expect(start(reclamations, plan)).rejects.toThrow(/resume it/);
      expect(await reclamations.resume(tenant, id, TOM)).toMatchObject({
        status: 'started',
        startedBy: OLIVIA,
      });
      const canceled = await reclamations.cancel(tenant, id, TOM);
      expect(canceled).toMatchObject({
        status: 'canceled',
        canceledBy: TOM,
        counts: [{ outcome: 'canceled', items: 4 }],
      });
      expect(await reclamations.cancel(tenant, id, OLIVIA)).toEqual(canceled);
      for (const move of [
        () => start(reclamations, plan),
        () => reclamations.approve(tenant, id, TOM),
        () => reclamations.pause(tenant, id, TOM),
        () => reclamations.resume(tenant, id, TOM),
      ]) {
        await expect(move()).rejects.toThrow(ConflictError);
      }
      const { items } = await stores.reclamations.events(TENANT, {
        reclamationId: id,
        planOnly: true,
        limit: 20,
      });
      expect(items.map(({ type, by }) => [type, by]).reverse()).toEqual([
        ['created', OLIVIA],
        ['approved', TOM],
        ['started', OLIVIA],
        ['paused', TOM],
        ['resumed', TOM],
        ['canceled', TOM],
      ]);
    });

    it('is started once, however often at once', async () => {
      const reclamations = reclamationsWith();
      const plan = await storedPlan(reclamations);
      const results = await Promise.all(
        [1, 2, 3].map(() => start(reclamations, plan)),
      );
      expect(results.map(({ status }) => status)).toEqual(
        Array(3).fill('started'),
      );
      const { items } = await stores.reclamations.events(TENANT, {
        reclamationId: plan.id,
        planOnly: true,
        limit: 20,
      });
      expect(items.map(({ type }) => type)).toEqual([
        'started',
        'approved',
        'created',
      ]);
    });

    it('asks first where that is the mode', async () => {
      const reclamations = reclamationsWith();
      const plan = await storedPlan(reclamations, { mode: 'askFirst' });
      expect(await start(reclamations, plan)).toMatchObject({
        status: 'started',
        answerUntil: new Date(world.now().getTime() + 5 * DAY_MS).toISOString(),
        counts: [{ outcome: 'awaitingUser', items: 4 }],
      });
    });

    it('is finished at once where nothing is to be done', async () => {
      const reclamations = reclamationsWith();
      const plan = await storedPlan(reclamations, {
        selection: named([clara.id]),
      });
      expect(await start(reclamations, plan)).toMatchObject({
        status: 'finished',
        counts: [{ outcome: 'inheritedFromGroup' }],
      });
    });

    it('needs somebody who may approve', async () => {
      const reclamations = reclamationsWith();
      const plan = await storedPlan(reclamations);
      await expect(start(reclamations, plan, false)).rejects.toThrow(
        NotAllowedError,
      );
      expect(await start(reclamations, plan, true)).toMatchObject({
        approvedBy: OLIVIA,
      });
    });

    it('needs a second person with four eyes', async () => {
      const reclamations = reclamationsWith({ fourEyes: true });
      const plan = await storedPlan(reclamations);
      expect(reclamations.whyNotApprove(plan, OLIVIA)).toMatch(/somebody else/);
      expect(reclamations.whyNotApprove(plan, TOM)).toBeUndefined();
      await expect(
        reclamations.approve(tenant, plan.id, OLIVIA),
      ).rejects.toThrow(NotAllowedError);
      await expect(start(reclamations, plan)).rejects.toThrow(NotAllowedError);
      expect(await reclamations.get(tenant, plan.id)).toEqual(plan);
      await reclamations.approve(tenant, plan.id, TOM);
      expect(await start(reclamations, plan)).toMatchObject({
        approvedBy: TOM,
      });
      for (const origin of ['handBack', 'policy'] as const) {
        const own = await storedPlan(reclamations, { origin });
        expect(await start(reclamations, own)).toMatchObject({
          approvedBy: OLIVIA,
        });
      }
    });

    it('starts nothing that is switched off, stopped, expired or a dry run', async () => {
      const reclamations = reclamationsWith();
      const plan = await storedPlan(reclamations);
      const off = { ...tenant, reclamationEnabled: false };
      await expect(
        reclamations.start(off, plan.id, { by: OLIVIA, mayApprove: true }),
      ).rejects.toThrow(
        `an administrator can set m365Licenses.tenants.${TENANT}.tasks.reclamation.enabled to true`,
      );
      await stores.reclamationSwitch.set(
        TENANT,
        { stopped: true, reason: 'Audit' },
        { changedBy: TOM, at: world.now() },
      );
      await expect(start(reclamations, plan)).rejects.toThrow(/"Audit"/);
      await stores.reclamationSwitch.set(
        TENANT,
        { stopped: false, reason: 'Over' },
        { changedBy: TOM, at: world.now() },
      );
      const dry = await storedPlan(reclamations, { dryRun: true });
      expect(dry).toMatchObject({ status: 'dryRun', expiresAt: null });
      for (const move of [
        () => start(reclamations, dry),
        () => reclamations.cancel(tenant, dry.id, TOM),
      ]) {
        await expect(move()).rejects.toThrow(/only reported/);
      }
      world.clock.time += 7 * DAY_MS;
      for (const move of [
        () => start(reclamations, plan),
        () => reclamations.approve(tenant, plan.id, TOM),
      ]) {
        await expect(move()).rejects.toThrow(
          /expired on 2026-11-23|expired on/,
        );
      }
      expect(await reclamations.get(tenant, plan.id)).toMatchObject({
        status: 'planned',
        approvedBy: null,
      });
      expect(woken).toBe(0);
    });

    it('knows only the plans of its tenant', async () => {
      const reclamations = reclamationsWith();
      const { id } = await storedPlan(reclamations);
      const other = { ...tenant, name: 'fabrikam' };
      for (const move of [
        () => reclamations.get(other, id),
        () => reclamations.approve(other, id, TOM),
        () => reclamations.start(other, id, { by: TOM, mayApprove: true }),
        () => reclamations.pause(other, id, TOM),
        () => reclamations.resume(other, id, TOM),
        () => reclamations.cancel(other, id, TOM),
        () => reclamations.checkRestore(other, id),
        () => reclamations.restore(other, id, { reason: '', by: TOM }),
      ]) {
        await expect(move()).rejects.toThrow(NotFoundError);
      }
    });
  });

  describe('puts back', () => {
    it('what was taken, as it was, with all that is needed known before', async () => {
      const reclamations = reclamationsWith();
      const plan = await storedPlan(reclamations, {
        selection: named([nora.id, viktor.id], [E3, VISIO]),
      });
      const items = await carryOut(reclamations, plan);
      expect(items).toHaveLength(2);
      woken = 0;
      const { prepaidUnits, consumedUnits } =
        world.simulator.tenant.sku('SPE_E3');
      expect(await reclamations.checkRestore(tenant, plan.id)).toEqual({
        items: 2,
        accounts: 2,
        seats: [
          {
            skuId: E3,
            needed: 1,
            free: prepaidUnits.enabled + prepaidUnits.warning - consumedUnits,
          },
          { skuId: VISIO, needed: 1, free: expect.any(Number) },
        ],
        problems: [],
        dataUntil: new Date(world.now().getTime() + 30 * DAY_MS).toISOString(),
      });
      const request = {
        reason: 'A mistake',
        by: TOM,
        idempotencyKey: 'restore',
      };
      const { reclamation, created } = await reclamations.restore(
        tenant,
        plan.id,
        request,
      );
      expect(created).toBe(true);
      expect(woken).toBe(1);
      expect(reclamation).toMatchObject({
        kind: 'restore',
        status: 'started',
        origin: 'restore',
        reason: 'A mistake',
        createdBy: TOM,
        approvedBy: TOM,
        startedBy: TOM,
        restoreOf: plan.id,
        expiresAt: null,
        counts: [{ outcome: 'scheduled', items: 2 }],
      });
      expect(
        (await stores.reclamations.items(reclamation.id)).map(
          ({ account, skuId, path, restores }) => ({
            account,
            skuId,
            path,
            restores,
          }),
        ),
      ).toEqual(
        items.map(({ id, account, skuId, path }) => ({
          account,
          skuId,
          path,
          restores: id,
        })),
      );
      expect(
        items.find(({ skuId }) => skuId === E3)?.path.disabledPlans,
      ).toEqual(nora.licenses[0].disabledPlans);
      expect(
        await reclamations.restore(tenant, plan.id, request),
      ).toMatchObject({ created: false, reclamation: { id: reclamation.id } });
      await expect(
        reclamations.restore(tenant, plan.id, { reason: 'Again', by: TOM }),
      ).rejects.toThrow(ConflictError);
      await expect(
        reclamations.restore(tenant, reclamation.id, {
          reason: 'Again',
          by: TOM,
        }),
      ).rejects.toThrow(InputError);
    });

    it('single licenses, and only those that can be', async () => {
      const reclamations = reclamationsWith();
      const plan = await storedPlan(reclamations);
      const [first, second] = await carryOut(reclamations, plan);
      const restore = (itemIds: string[]) =>
        reclamations.restore(tenant, plan.id, {
          itemIds,
          reason: 'Needed',
          by: TOM,
        });
      expect(await restore([first.id])).toMatchObject({
        reclamation: { items: 1 },
      });
      await expect(restore([first.id, second.id])).rejects.toThrow(
        /1 of these licenses cannot be put back/,
      );
      await expect(restore([first.id])).rejects.toThrow(/nothing to put back/);
      await expect(
        reclamations.restore(
          { ...tenant, reclamationEnabled: false },
          plan.id,
          { reason: 'Needed', by: TOM },
        ),
      ).rejects.toThrow(NotAllowedError);
    });

    it('says before what stands in the way', async () => {
      const reclamations = reclamationsWith();
      const plan = await storedPlan(reclamations, {
        selection: named([viktor.id, nora.id, tomas.id, lucas.id], [E3, VISIO]),
      });
      await carryOut(reclamations, plan);
      const { simulator } = world;
      simulator.tenant.update(viktor.id, { usageLocation: null });
      simulator.tenant.remove(tomas.id);
      for (const each of simulator.tenant.subscriptions) {
        if (each.skuId === E3) {
          simulator.tenant.updateSubscription(each.id, { totalLicenses: 0 });
        }
      }
      const check = await reclamations.checkRestore(tenant, plan.id);
      expect(check.items).toBe(4);
      expect(check.seats).toContainEqual({ skuId: E3, needed: 3, free: 0 });
      expect(
        check.problems.map(({ account, message }) => [account.id, message]),
      ).toEqual([
        [viktor.id, expect.stringMatching(/no usage location/)],
        [nora.id, expect.stringMatching(/No seat/)],
        [tomas.id, expect.stringMatching(/does not know the account/)],
        [lucas.id, expect.stringMatching(/No seat/)],
      ]);
    });

    it('needs no seat for who has the license by other means', async () => {
      const reclamations = reclamationsWith();
      const plan = await storedPlan(reclamations, {
        selection: named([ingrid.id], [E3]),
      });
      await carryOut(reclamations, plan);
      expect(
        (await reclamations.checkRestore(tenant, plan.id)).seats,
      ).toMatchObject([{ skuId: E3, needed: 0 }]);
    });

    it('says so when Microsoft cannot be asked', async () => {
      const reclamations = reclamationsWith();
      const plan = await storedPlan(reclamations);
      await carryOut(reclamations, plan);
      tenant = {
        ...tenant,
        graph: {
          ...delegate(world.graph),
          subscribedSkus: async () => {
            throw new GraphError('No answer', { kind: 'network' });
          },
        },
      };
      await expect(reclamations.checkRestore(tenant, plan.id)).rejects.toThrow(
        ServiceUnavailableError,
      );
    });
  });
});
