import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type {
  Connection,
  ConnectionCredential,
} from 'backstage-plugin-m365-licenses-common';
import { type Answer, refuse } from '../../__testUtils__/fakeBackend';
import {
  connection,
  credential,
  daysAgo,
  finding,
  minutesAgo,
  signedIn,
  tenant,
} from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { ConnectionsPage } from './ConnectionsPage';

const CHECK = 'POST /tenants/contoso/connection/check';
const AUTHORIZATION = '/tenants/contoso/connection/authorization';
const CONCEALED = '/tenants/contoso/concealed-activity';
const DAY = 24 * 60;

const render = (
  connections: Connection[] = [connection()],
  options: Parameters<typeof renderPage>[1] = {},
) =>
  renderPage(<ConnectionsPage />, {
    path: '/connections',
    ...options,
    answers: {
      'GET /connections': () => ({
        items: connections,
        totalItems: connections.length,
      }),
      'GET /tenants/fabrikam/concealed-activity': () => ({
        rows: 0,
        firstSeenAt: null,
        lastReportDate: null,
      }),
      ...options.answers,
    },
  });

const findCard = (name = 'contoso') => screen.findByRole('article', { name });

/** An answer that waits until it is let go. */
function held(body: object) {
  let letGo = () => {};
  const gate = new Promise<void>(resolve => {
    letGo = resolve;
  });
  const answer: Answer = () => gate.then(() => body);
  return { answer, letGo: () => letGo() };
}

/** The values beside the names of a credential. */
const factsOf = (card: HTMLElement) =>
  Object.fromEntries(
    within(card)
      .getAllByRole('term')
      .map(term => [term.textContent, term.nextElementSibling?.textContent]),
  );

describe('ConnectionsPage', () => {
  it('shows every tenant, the one in the address first', async () => {
    render(
      [
        connection(),
        connection({ tenant: tenant({ name: 'fabrikam' }) }),
        connection({
          tenant: tenant({ name: 'initech', status: 'retired' }),
          status: 'retired',
          credentials: [],
          check: null,
        }),
      ],
      { at: '/connections?tenant=fabrikam' },
    );
    await findCard();
    expect(
      screen
        .getAllByRole('heading', { level: 2 })
        .map(({ textContent }) => textContent),
    ).toEqual(['fabrikam', 'contoso', 'initech']);
  });

  it.each([
    ['connected', 'Connected'],
    ['attention', 'Needs attention'],
    ['failing', 'Failing'],
    ['notAuthorized', 'Not signed in'],
    ['notChecked', 'Not checked yet'],
  ] as const)('says %s as "%s"', async (status, words) => {
    render([connection({ status, check: null })]);
    const badge = (await findCard()).querySelector('h2 + span');
    expect(badge).toHaveTextContent(words);
  });

  it('names the configuration key of a tenant that was not started', async () => {
    const { received } = render([
      connection({
        tenant: tenant({
          status: 'refused',
          problem: 'm365Licenses.tenants.contoso.clientSecret is missing',
        }),
        status: 'refused',
        credentials: [],
        check: null,
      }),
    ]);
    const card = await findCard();
    expect(within(card).getByText('Not started')).toBeInTheDocument();
    expect(within(card).getByRole('alert')).toHaveTextContent(
      'm365Licenses.tenants.contoso.clientSecret is missing',
    );
    expect(within(card).queryByRole('button')).not.toBeInTheDocument();
    expect(received.map(({ path }) => path)).toEqual(['/connections']);
  });

  it('leads from a retired tenant to its users, and offers nothing else', async () => {
    render([
      connection({
        tenant: tenant({ status: 'retired', retiredAt: minutesAgo(3 * DAY) }),
        status: 'retired',
        credentials: [],
        check: null,
      }),
    ]);
    const card = await findCard();
    expect(card).toHaveTextContent(
      'Retired 3 days ago. Its history is kept and counted nowhere.',
    );
    expect(within(card).getByRole('link')).toHaveAttribute(
      'href',
      '/m365-licenses/users?tenant=contoso',
    );
    expect(within(card).queryByRole('button')).not.toBeInTheDocument();
  });

  it('says what to configure when there is no tenant', async () => {
    render([]);
    expect(
      await screen.findByText('No Microsoft 365 tenant is configured'),
    ).toBeInTheDocument();
    expect(screen.getByText(/docs\/connect-a-tenant.md/)).toBeInTheDocument();
  });

  it('says why the connections could not be loaded, and tries again', async () => {
    let isBroken = true;
    render([], {
      answers: {
        'GET /connections': request =>
          isBroken
            ? refuse(500, 'The database is away')(request)
            : { items: [connection()], totalItems: 1 },
      },
    });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The database is away',
    );
    isBroken = false;
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await findCard()).toBeInTheDocument();
  });
});

describe('how a tenant signs in', () => {
  const renderCredentials = async (...credentials: ConnectionCredential[]) => {
    render([connection({ credentials })]);
    return findCard();
  };

  it('names a client secret, and no address of the global cloud', async () => {
    expect(factsOf(await renderCredentials(credential()))).toEqual({
      'How it signs in': 'Client secret',
      'Application id': '33333333-3333-4333-8333-333333333333',
    });
  });

  it('names a managed identity and the addresses of another cloud', async () => {
    const card = await renderCredentials(
      credential({
        type: 'managedIdentity',
        clientId: null,
        authority: 'https://login.microsoftonline.us',
        target: 'https://graph.microsoft.us',
      }),
    );
    expect(factsOf(card)).toEqual({
      'How it signs in': 'Managed identity',
      'Signs in at': 'https://login.microsoftonline.us',
      'Microsoft Graph at': 'https://graph.microsoft.us',
    });
  });

  it.each([
    [-90 * DAY, 'Expires in 2 months', false],
    [-12 * DAY, /Expires in 1[12] days$/, true],
    [3 * DAY, 'Expired 3 days ago', true],
  ])(
    'says when a certificate expires (%d minutes ago)',
    async (minutes, words, isMarked) => {
      const card = await renderCredentials(
        credential({
          type: 'clientCertificate',
          certificate: {
            subject: 'CN=license-manager',
            thumbprint: 'ABCDEF0123456789'.repeat(4),
            expiresAt: minutesAgo(minutes),
          },
        }),
      );
      expect(factsOf(card)['How it signs in']).toBe('Certificate');
      expect(card).toHaveTextContent('CN=license-manager');
      expect(
        within(card).getByText('SHA-256 thumbprint ABCDEF01…'),
      ).toHaveAttribute('title', 'ABCDEF0123456789'.repeat(4));
      const fact = within(card).getByText('Certificate', {
        selector: 'dt',
      }).nextElementSibling;
      expect(fact).toHaveTextContent(words);
      expect(fact?.querySelector('time')).toHaveAttribute(
        'title',
        expect.stringMatching(/\d{4}/),
      );
      expect(fact?.querySelector('[aria-hidden]') !== null).toBe(isMarked);
    },
  );

  it('tells who authorized, when, by whom in the portal, and what was granted', async () => {
    const card = await renderCredentials(signedIn());
    expect(factsOf(card)['How it signs in']).toBe('Sign-in by a person');
    expect(card).toHaveTextContent('Ada Admin (admin@contoso.com)');
    expect(card).toHaveTextContent('2 days ago');
    expect(
      within(card).getByRole('link', { name: 'robin.sommer' }),
    ).toHaveAttribute('href', '/catalog/default/user/robin.sommer');
    expect(within(card).getByText('User.Read.All')).not.toBeVisible();
    await userEvent.click(
      within(card).getByRole('button', { name: '2 permissions granted' }),
    );
    expect(within(card).getByText('User.Read.All')).toBeVisible();
  });

  it('shows the credentials of reclamation apart', async () => {
    const card = await renderCredentials(
      credential(),
      credential({ purpose: 'reclamation', clientId: 'other' }),
    );
    expect(
      within(card)
        .getAllByRole('heading', { level: 3 })
        .map(({ textContent }) => textContent),
    ).toEqual(['Sign-in', 'Reclamation has its own credentials', 'Check-up']);
  });

  const refused = credential({
    refusal: {
      message: 'The client secret has expired (AADSTS7000222)',
      mend: 'Make a new one',
      since: minutesAgo(125),
      retryAt: minutesAgo(-40),
      requestId: 'req-7',
    },
  });

  it('says since when Microsoft refuses a token, why, and when it is asked again', async () => {
    const card = await renderCredentials(refused);
    expect(card).toHaveTextContent(
      /Microsoft refused a token 2 hours ago; it is asked again in (39|40) minutes/,
    );
    expect(card).toHaveTextContent('The client secret has expired');
    expect(card).toHaveTextContent('Make a new one');
    expect(card).toHaveTextContent('req-7');
  });

  it('does not tell twice what the check-up explains', async () => {
    render([
      connection({
        credentials: [refused],
        check: {
          checkedAt: minutesAgo(1),
          findings: [finding({ status: 'failing', title: 'No token' })],
        },
      }),
    ]);
    const card = await findCard();
    expect(card).toHaveTextContent('Microsoft refused a token');
    expect(card).not.toHaveTextContent('Make a new one');
  });
});

describe('the check-up', () => {
  const findings = [
    finding({ title: 'Token' }),
    finding({
      id: 'identity',
      purpose: 'reclamation',
      status: 'warning',
      title: 'The application has no name',
    }),
    finding({ id: 'clock', title: 'Clock' }),
    finding({
      id: 'permissions',
      task: 'application-access',
      status: 'failing',
      title: 'Reports may not be read',
      detail: 'Reports.Read.All is missing.',
      steps: [
        { text: 'Open the Entra admin center', command: null },
        { text: 'Or run this', command: 'az ad app permission add' },
      ],
      requestId: 'req-1',
    }),
  ];
  const found = connection({
    status: 'failing',
    check: { checkedAt: minutesAgo(181), findings },
  });

  it('lists failing findings first, then warnings; passed ones on request', async () => {
    render([found]);
    const card = await findCard();
    const list = within(card).getByRole('list', { name: 'What to mend' });
    expect(
      within(list)
        .getAllByRole('heading')
        .map(({ textContent }) => textContent),
    ).toEqual(['Reports may not be read', 'The application has no name']);
    const [first, second] = within(list)
      .getAllByRole('listitem')
      .filter(item => item.parentElement === list);
    expect(first).toHaveTextContent(/^FailingReports may not be read/);
    expect(first).toHaveTextContent('Reports.Read.All is missing.');
    expect(second).toHaveTextContent(/^WarningCredentials of reclamation/);
    expect(
      within(within(first).getAllByRole('list')[0])
        .getAllByRole('listitem')
        .map(({ textContent }) => textContent),
    ).toEqual([
      'Open the Entra admin center',
      'Or run thisaz ad app permission add',
    ]);

    expect(within(card).getByText('Clock')).not.toBeVisible();
    await userEvent.click(
      within(card).getByRole('button', { name: '2 checks passed' }),
    );
    expect(within(card).getByText('Clock')).toBeVisible();
    expect(within(card).getByRole('status')).toHaveTextContent(
      '2 things to mendChecked 3 hours ago',
    );
  });

  it('copies a command and the request-id', async () => {
    // What the browser would copy is what is selected.
    const copied: string[] = [];
    document.execCommand = () => {
      copied.push(document.getSelection()?.toString() ?? '');
      return true;
    };
    const { post } = render([found]);
    await userEvent.click(
      await screen.findByRole('button', {
        name: 'Copy the command of step 2: Reports may not be read',
      }),
    );
    await waitFor(() =>
      expect(post).toHaveBeenCalledWith(
        expect.objectContaining({ title: 'Copied' }),
      ),
    );
    await userEvent.click(
      screen.getByRole('button', {
        name: 'Copy the request-id: Reports may not be read',
      }),
    );
    expect(copied).toEqual(['az ad app permission add', 'req-1']);
  });

  it('checks now, and says what is to mend', async () => {
    const answer = held(found);
    const { post, received } = render(undefined, {
      answers: { [CHECK]: answer.answer },
    });
    const card = await findCard();
    const button = await within(card).findByRole('button', {
      name: 'Check now: contoso',
    });
    expect(within(card).getByRole('status')).toHaveTextContent(
      'Everything works',
    );
    await userEvent.click(button);
    expect(await within(card).findByText('Checking…')).toBeInTheDocument();
    expect(button).toHaveAttribute('aria-disabled', 'true');
    await userEvent.click(button);
    answer.letGo();
    await waitFor(() =>
      expect(within(card).getByRole('status')).toHaveTextContent(
        '2 things to mend',
      ),
    );
    expect(within(card).getByText('Reports may not be read')).toBeVisible();
    expect(received.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(post).toHaveBeenCalledWith(
      expect.objectContaining({
        title: 'contoso: 2 things to mend',
        status: 'warning',
      }),
    );
  });

  it('says that everything works', async () => {
    const { post } = render([found], {
      answers: { [CHECK]: () => connection() },
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Check now: contoso' }),
    );
    await waitFor(() =>
      expect(post).toHaveBeenCalledWith(
        expect.objectContaining({
          title: 'contoso: Everything works',
          status: 'success',
        }),
      ),
    );
    expect(
      screen.queryByRole('list', { name: 'What to mend' }),
    ).not.toBeInTheDocument();
  });

  it('says why it could not check, and can be asked again', async () => {
    const { post } = render([found], {
      answers: { [CHECK]: refuse(500, 'The database is away') },
    });
    const button = await screen.findByRole('button', {
      name: 'Check now: contoso',
    });
    await userEvent.click(button);
    await waitFor(() =>
      expect(post).toHaveBeenCalledWith(
        expect.objectContaining({
          title: 'The check-up of contoso could not be done',
          description: 'The database is away',
          status: 'danger',
        }),
      ),
    );
    expect(button).not.toHaveAttribute('aria-disabled', 'true');
    expect(screen.getByText('Reports may not be read')).toBeInTheDocument();
  });
});

describe('disconnecting', () => {
  it.each([
    ['sync', /The tasks of contoso stop/],
    ['reclamation', /No license of contoso can be taken back/],
  ] as const)(
    'of %s says what stops, and asks first',
    async (purpose, stops) => {
      const { received, post } = render(
        [connection({ credentials: [signedIn({ purpose })] })],
        {
          answers: {
            [`DELETE ${AUTHORIZATION}`]: () =>
              connection({
                status: 'notAuthorized',
                credentials: [signedIn({ purpose, authorization: null })],
                check: null,
              }),
          },
        },
      );
      await userEvent.click(
        await screen.findByRole('button', { name: 'Disconnect' }),
      );
      let dialog = await screen.findByRole('dialog', {
        name: 'Disconnect contoso?',
      });
      expect(dialog).toHaveTextContent(stops);
      await userEvent.click(
        within(dialog).getByRole('button', { name: 'Cancel' }),
      );
      expect(received.map(({ method }) => method)).not.toContain('DELETE');

      await userEvent.click(screen.getByRole('button', { name: 'Disconnect' }));
      dialog = await screen.findByRole('dialog');
      await userEvent.click(
        within(dialog).getByRole('button', { name: 'Disconnect' }),
      );
      expect(await screen.findByText('Not signed in')).toBeInTheDocument();
      expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
      expect(
        screen.getByRole('button', { name: 'Authorize' }),
      ).toBeInTheDocument();
      expect(received.filter(({ method }) => method === 'DELETE')).toEqual([
        expect.objectContaining({ path: AUTHORIZATION, query: { purpose } }),
      ]);
      expect(post).toHaveBeenCalledWith(
        expect.objectContaining({ title: 'contoso is disconnected' }),
      );
    },
  );

  it('says why it could not, and keeps what is shown', async () => {
    const { post } = render([connection({ credentials: [signedIn()] })], {
      answers: { [`DELETE ${AUTHORIZATION}`]: refuse(500, 'No database') },
    });
    await userEvent.click(
      await screen.findByRole('button', { name: 'Disconnect' }),
    );
    await userEvent.click(
      within(await screen.findByRole('dialog')).getByRole('button', {
        name: 'Disconnect',
      }),
    );
    await waitFor(() =>
      expect(post).toHaveBeenCalledWith(
        expect.objectContaining({
          title: 'contoso could not be disconnected',
          description: 'No database',
        }),
      ),
    );
    expect(screen.getByText(/Ada Admin/)).toBeInTheDocument();
  });
});

describe('activity under concealed names', () => {
  it('is told and removed after asking', async () => {
    let rows = 1204;
    const { received, post } = render(undefined, {
      answers: {
        [`GET ${CONCEALED}`]: () => ({
          rows,
          firstSeenAt: minutesAgo(40 * DAY),
          lastReportDate: daysAgo(20),
        }),
        [`DELETE ${CONCEALED}`]: () => {
          rows = 0;
          return { rows: 1204, firstSeenAt: null, lastReportDate: null };
        },
      },
    });
    const told = '1,204 rows of activity are stored under concealed names';
    expect(await screen.findByText(told)).toBeInTheDocument();
    expect(screen.getByText(/The first was stored/)).toHaveTextContent(
      '1 month ago',
    );
    await userEvent.click(
      await screen.findByRole('button', { name: 'Remove' }),
    );
    const dialog = await screen.findByRole('dialog', {
      name: 'Remove 1,204 rows of activity?',
    });
    expect(received.map(({ method }) => method)).not.toContain('DELETE');
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Remove' }),
    );
    await waitFor(() =>
      expect(screen.queryByText(told)).not.toBeInTheDocument(),
    );
    expect(post).toHaveBeenCalledWith(
      expect.objectContaining({ title: '1,204 rows were removed' }),
    );
  });

  it('is not mentioned where there is none', async () => {
    render();
    await findCard();
    expect(screen.queryByText(/concealed/)).not.toBeInTheDocument();
  });

  it('says so when it could not be looked for', async () => {
    render(undefined, {
      answers: { [`GET ${CONCEALED}`]: refuse(500, 'No database') },
    });
    expect(
      await screen.findByText(/could not be looked for: No database/),
    ).toBeInTheDocument();
  });
});
