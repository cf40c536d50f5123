import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { StrictMode } from 'react';
import { type Answer, refuse } from '../../__testUtils__/fakeBackend';
import { connection, signedIn } from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { ConnectionsPage } from './ConnectionsPage';
import { leaveFor } from './leave';

jest.mock('./leave');

const BEGIN = 'POST /tenants/contoso/connection/authorization';
const RESPONSES = '/authorization-responses';
const MICROSOFT = 'https://login.microsoftonline.com/x/authorize?state=s1';

const signedOut = connection({
  status: 'notAuthorized',
  credentials: [signedIn({ authorization: null })],
  check: null,
});
const authorized = connection({ credentials: [signedIn()] });

const render = (at: string, answers: Record<string, Answer> = {}) =>
  renderPage(
    <StrictMode>
      <ConnectionsPage />
    </StrictMode>,
    {
      path: '/connections',
      at,
      answers: {
        'GET /connections': () => ({ items: [signedOut], totalItems: 1 }),
        [BEGIN]: () => ({ url: MICROSOFT, expiresAt: '2026-11-22T12:00:00Z' }),
        ...answers,
      },
    },
  );

const address = () => screen.getByLabelText('address').textContent;

/** As if this browser tab had left for Microsoft before. */
const leftFor = (purpose: 'sync' | 'reclamation') =>
  window.sessionStorage.setItem(
    'm365-licenses.signIn',
    JSON.stringify({ tenant: 'contoso', purpose }),
  );

describe('signing in at Microsoft', () => {
  beforeEach(() => jest.mocked(leaveFor).mockClear());

  it('leads to the address that the backend gives', async () => {
    const { received } = render('/connections?tenant=contoso');
    await userEvent.click(
      await screen.findByRole('button', { name: 'Authorize' }),
    );
    await waitFor(() => expect(leaveFor).toHaveBeenCalledWith(MICROSOFT));
    expect(received.filter(({ method }) => method === 'POST')).toEqual([
      expect.objectContaining({
        body: {
          purpose: 'sync',
          redirectUri: 'http://localhost/m365-licenses/connections',
        },
      }),
    ]);
  });

  it('authorizes again for the credentials of reclamation', async () => {
    const { received } = render('/connections', {
      'GET /connections': () => ({
        items: [
          connection({ credentials: [signedIn({ purpose: 'reclamation' })] }),
        ],
        totalItems: 1,
      }),
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Authorize again' }),
    );
    await waitFor(() => expect(leaveFor).toHaveBeenCalled());
    expect(received.find(({ method }) => method === 'POST')?.body).toEqual(
      expect.objectContaining({ purpose: 'reclamation' }),
    );
  });

  it('stays and says why when the sign-in could not begin', async () => {
    const { post } = render('/connections', {
      [BEGIN]: refuse(400, 'The redirect URI is not of this portal'),
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Authorize' }),
    );
    await waitFor(() =>
      expect(post).toHaveBeenCalledWith(
        expect.objectContaining({
          title: 'The sign-in could not begin',
          description: 'The redirect URI is not of this portal',
          status: 'danger',
        }),
      ),
    );
    expect(leaveFor).not.toHaveBeenCalled();
  });
});

describe('coming back from Microsoft', () => {
  it.each([
    ['query', '/connections?code=c%2B1&state=s1&session_state=x'],
    ['fragment', '/connections#code=c%2B1&state=s1&session_state=x'],
  ])(
    'takes the code from the %s at once and hands it over exactly once',
    async (_, at) => {
      leftFor('sync');
      let letGo = () => {};
      const gate = new Promise<void>(resolve => {
        letGo = resolve;
      });
      let isAuthorized = false;
      const { received, post } = render(at, {
        'GET /connections': () => ({
          items: [isAuthorized ? authorized : signedOut],
          totalItems: 1,
        }),
        [`POST ${RESPONSES}`]: async () => {
          await gate;
          isAuthorized = true;
          return { tenant: 'contoso', purpose: 'sync', connection: authorized };
        },
      });
      expect(
        await screen.findByText('Completing the sign-in…'),
      ).toBeInTheDocument();
      expect(address()).toBe('/m365-licenses/connections');
      expect(screen.queryByRole('article')).not.toBeInTheDocument();

      letGo();
      expect(await screen.findByText(/Ada Admin/)).toBeInTheDocument();
      expect(address()).toBe('/m365-licenses/connections?tenant=contoso');
      expect(received.filter(({ path }) => path === RESPONSES)).toEqual([
        expect.objectContaining({ body: { state: 's1', code: 'c+1' } }),
      ]);
      expect(post).toHaveBeenCalledTimes(1);
      expect(post).toHaveBeenCalledWith(
        expect.objectContaining({
          title: 'contoso is signed in',
          status: 'success',
        }),
      );
    },
  );

  it('says why it was denied, and begins again', async () => {
    leftFor('reclamation');
    jest.mocked(leaveFor).mockClear();
    const { received } = render(
      '/connections?error=access_denied&error_description=The+user+said+no&state=s1',
      {
        [`POST ${RESPONSES}`]: refuse(400, 'Consent was declined at Microsoft'),
      },
    );
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent(
      'The sign-in for contoso was not completed',
    );
    expect(alert).toHaveTextContent('Consent was declined at Microsoft');
    expect(address()).toBe('/m365-licenses/connections');
    expect(received.filter(({ path }) => path === RESPONSES)).toEqual([
      expect.objectContaining({
        body: {
          state: 's1',
          error: 'access_denied',
          errorDescription: 'The user said no',
        },
      }),
    ]);

    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(leaveFor).toHaveBeenCalledWith(MICROSOFT));
    expect(received.at(-1)?.body).toEqual(
      expect.objectContaining({ purpose: 'reclamation' }),
    );
  });

  it('says why in a browser tab that did not leave', async () => {
    render('/connections?code=c1&state=forged', {
      [`POST ${RESPONSES}`]: refuse(400, 'No sign-in of yours waits for this'),
    });
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('The sign-in was not completed');
    expect(alert).toHaveTextContent('No sign-in of yours waits for this');
    expect(
      screen.queryByRole('button', { name: 'Try again' }),
    ).not.toBeInTheDocument();
  });

  it('takes nothing for a response that is none', async () => {
    const { received } = render('/connections?tenant=contoso&state=s1');
    await screen.findByRole('article');
    expect(address()).toBe(
      '/m365-licenses/connections?tenant=contoso&state=s1',
    );
    expect(received.map(({ method }) => method)).not.toContain('POST');
  });
});
