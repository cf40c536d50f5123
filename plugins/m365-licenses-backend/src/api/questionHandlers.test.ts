import { mockServices } from '@backstage/backend-test-utils';
import type { Question } from 'backstage-plugin-m365-licenses-common';
import { readConfig } from '../config';
import { E3, idOf, testDatabases } from '../database/__testUtils__/records';
import type { Stores } from '../database/types';
import { TENANT } from '../evaluation/__testUtils__/evaluation';
import type { GraphConnection } from '../graph/types';
import {
  ADMIN,
  campaignWorld,
  type CampaignWorld,
} from '../questions/__testUtils__/campaign';
import { OLIVIA, serve, type Server } from './__testUtils__/server';
import { createQuestionHandlers } from './questionHandlers';
import { Tenants } from './tenants';

jest.setTimeout(120_000);

const { ids, open } = testDatabases();
const CONFIG = readConfig(
  mockServices.rootConfig({
    data: {
      m365Licenses: {
        tenants: {
          [TENANT]: {
            tenantId: idOf(100),
            clientId: idOf(101),
            clientSecret: 'secret',
          },
        },
      },
    },
  }),
);
/** Nothing is asked of Microsoft here. */
const UNASKED = {} as GraphConnection;

describe.each(ids)('Questions of the API on %s', databaseId => {
  let stores: Stores;
  let world: CampaignWorld;
  let server: Server;
  let isPerson: boolean;

  beforeEach(async () => {
    isPerson = true;
    ({ stores } = await open(databaseId));
    world = await campaignWorld(stores);
    const { questions } = world.replica();
    server = await serve(() =>
      createQuestionHandlers({
        tenants: Tenants.create({
          config: CONFIG,
          started: CONFIG.tenants.map(tenant => ({
            ...tenant,
            graph: UNASKED,
            reclamationGraph: UNASKED,
          })),
          store: stores.tenants,
        }),
        stores,
        questions,
        person: async () =>
          isPerson ? { ref: OLIVIA, ownership: [OLIVIA] } : undefined,
      }),
    );
    // She owns the group that Kim is in, and nothing of Robin.
    await world.start('plan', [1, 4]);
    await questions.look();
  });

  afterEach(async () => {
    await server?.stop();
  });

  const listed = async (): Promise<Question[]> =>
    (await server.call('get', '/questions').expect(200)).body.items;
  const answer = (id: string, body: object) =>
    server.call('post', `/tenants/${TENANT}/questions/${id}/answer`, body);

  it('lists what the caller may answer, with why they are asked', async () => {
    expect(await listed()).toEqual([
      {
        id: expect.any(String),
        tenant: TENANT,
        account: {
          id: idOf(4),
          userPrincipalName: 'person4@contoso.example',
          displayName: 'Kim',
        },
        own: false,
        skuId: E3,
        skuPartNumber: 'SPE_E3',
        displayName: 'Microsoft 365 E3',
        reasons: expect.arrayContaining([
          expect.objectContaining({ type: 'disabled' }),
        ]),
        reason: 'Nobody used it for long.',
        askedBy: ADMIN,
        askedAt: '2026-11-22T10:00:00.000Z',
        answerUntil: '2026-11-27T10:00:00.000Z',
      },
    ]);
  });

  it('takes an answer once', async () => {
    const [{ id }] = await listed();
    await answer(id, { decision: 'keep' }).expect(400);
    const { body } = await answer(id, {
      decision: 'keep',
      reason: 'Comes back in spring',
    }).expect(200);
    expect(body).toEqual({
      id,
      outcome: 'kept',
      message: `Kept by ${OLIVIA} until 2027-05-21: "Comes back in spring".`,
      keptUntil: '2027-05-21',
    });
    expect(server.audited).toContainEqual({
      eventId: 'question-answer',
      severityLevel: 'medium',
      meta: { outcome: 'kept' },
    });
    expect(await listed()).toEqual([]);
    const refused = await answer(id, { decision: 'handBack' }).expect(409);
    expect(refused.body.error.message).toBe(
      `This can no longer be answered. ${body.message}`,
    );
  });

  it('refuses who may not answer, and what there is not', async () => {
    const [{ id }] = await world
      .replica()
      .questions.openFor({ ref: 'user:default/robin', ownership: [] });
    const refused = await answer(id, { decision: 'handBack' }).expect(403);
    expect(refused.body.error.message).toContain('this is none of them');
    await answer('unknown', { decision: 'handBack' }).expect(404);
    isPerson = false;
    await server.call('get', '/questions').expect(403);
    await answer(id, { decision: 'handBack' }).expect(403);
  });
});
