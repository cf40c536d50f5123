import { mockApis, renderInTestApp } from '@backstage/frontend-test-utils';
import { toastApiRef } from '@backstage/frontend-plugin-api';
import { entityRouteRef } from '@backstage/plugin-catalog-react';
import { type SignalApi, signalApiRef } from '@backstage/plugin-signals-react';
import { useLocation } from 'react-router-dom';
import { m365LicensesApiRef } from '../api';
import { rootRouteRef } from '../routes';
import { type Answer, createFakeBackend } from './fakeBackend';
import { decisionOn, type Held } from './permissions';

const ROOT = '/m365-licenses';

function Address() {
  const { pathname, search, hash } = useLocation();
  return <output aria-label="address">{`${pathname}${search}${hash}`}</output>;
}

/**
 * Renders content of the plugin against a fake backend.
 *
 * @param options.path - where it is, below the page
 * @param options.at - the path and query to open, below the page
 * @param options.allowed - the names of the permissions held; all or none where
 *   it is not a list. Decisions are kept for a whole test file
 * @param options.signals - the portal's signals; it has none if absent
 */
export function renderPage(
  element: JSX.Element,
  options: {
    path?: string;
    at?: string;
    answers?: Record<string, Answer>;
    allowed?: Held;
    signals?: SignalApi;
  } = {},
) {
  const {
    path = '/users',
    at = path,
    answers,
    allowed = true,
    signals,
  } = options;
  const backend = createFakeBackend(answers);
  const post = jest.fn(() => ({ close: () => {} }));
  renderInTestApp(
    <>
      {element}
      <Address />
    </>,
    {
      mountPath: `${ROOT}${path}`,
      initialRouteEntries: [`${ROOT}${at}`],
      mountedRoutes: {
        [ROOT]: rootRouteRef,
        '/catalog/:namespace/:kind/:name': entityRouteRef,
      },
      apis: [
        [m365LicensesApiRef, backend.client],
        [toastApiRef, { post }],
        mockApis.identity({ userEntityRef: 'user:default/robin' }),
        mockApis.permission({
          authorize: ({ permission }) => decisionOn(permission.name, allowed),
        }),
        ...(signals ? [[signalApiRef, signals] as const] : []),
      ],
    },
  );
  return { ...backend, post };
}
