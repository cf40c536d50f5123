import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';
import { mockServices, startTestBackend } from '@backstage/backend-test-utils';
import {
  eventsServiceFactory,
  eventsServiceRef,
  type EventParams,
} from '@backstage/plugin-events-node';
import { M365_LICENSES_TOPICS } from 'backstage-plugin-m365-licenses-common';
import { waitFor } from '../__testUtils__/waitFor';
import { LicenseEvents } from './LicenseEvents';

jest.setTimeout(60_000);

const tenant = 'contoso';

describe('LicenseEvents', () => {
  it('reaches another plugin of the portal', async () => {
    const received: EventParams[] = [];
    const subscriber = createBackendPlugin({
      pluginId: 'asset-management',
      register: env =>
        env.registerInit({
          deps: { events: eventsServiceRef },
          init: ({ events }) =>
            events.subscribe({
              id: 'asset-management',
              topics: Object.values(M365_LICENSES_TOPICS),
              onEvent: async event => {
                received.push(event);
              },
            }),
        }),
    });
    let publish = async () => {};
    const publisher = createBackendPlugin({
      pluginId: 'm365-licenses',
      register: env =>
        env.registerInit({
          deps: { events: eventsServiceRef, logger: coreServices.logger },
          async init(deps) {
            const events = LicenseEvents.create(deps);
            publish = async () => {
              await events.candidatesChanged({
                tenant,
                added: 0,
                removed: 0,
                changed: 0,
              });
              await events.termsChanged({ tenant, skuIds: [] });
              await events.seatsChanged({ tenant, skuIds: [] });
              await events.candidatesChanged({
                tenant,
                added: 0,
                removed: 2,
                changed: 0,
              });
              await events.termsChanged({ tenant, skuIds: ['a'] });
              await events.seatsChanged({ tenant, skuIds: ['a', 'b'] });
            };
          },
        }),
    });
    const backend = await startTestBackend({
      features: [eventsServiceFactory, publisher, subscriber],
    });
    await publish();
    await waitFor('three events', async () => received[2]);
    await backend.stop();
    // Nothing is said where nothing changed.
    expect(
      received.map(({ topic, eventPayload }) => ({ topic, eventPayload })),
    ).toEqual([
      {
        topic: 'm365-licenses.candidates-changed',
        eventPayload: { tenant, added: 0, removed: 2, changed: 0 },
      },
      {
        topic: 'm365-licenses.terms-changed',
        eventPayload: { tenant, skuIds: ['a'] },
      },
      {
        topic: 'm365-licenses.seats-changed',
        eventPayload: { tenant, skuIds: ['a', 'b'] },
      },
    ]);
  });

  it('logs that an event could not be published, and goes on', async () => {
    const warn = jest.fn();
    const events = LicenseEvents.create({
      events: mockServices.events.mock({
        publish: async () => {
          throw new Error('the bus is full');
        },
      }),
      logger: mockServices.logger.mock({ warn }),
    });
    await events.seatsChanged({ tenant, skuIds: ['a'] });
    expect(warn).toHaveBeenCalledWith(
      'The event m365-licenses.seats-changed of contoso was not published, so that who waits for it does not learn of the change: Error: the bus is full',
    );
  });
});
