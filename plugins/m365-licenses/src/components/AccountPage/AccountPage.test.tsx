import { screen, within } from '@testing-library/react';
import { refuse } from '../../__testUtils__/fakeBackend';
import { renderPage } from '../../__testUtils__/render';
import { AccountPage } from './AccountPage';

const render = (options: Parameters<typeof renderPage>[1]) =>
  renderPage(<AccountPage />, { path: '/users/:userId', ...options });

describe('AccountPage', () => {
  it('shows licenses with their path, the seven services and who it is', async () => {
    render({ at: '/users/a1?status=active&cursor=c2' });
    const heading = await screen.findByRole('heading', { name: 'Maya Lopez' });
    expect(heading).toHaveFocus();

    const licenses = screen.getByRole('grid', { name: 'Licenses' });
    const direct = within(licenses).getByRole('row', { name: /SPE_E3/ });
    expect(direct).toHaveTextContent('Direct');
    expect(direct).toHaveTextContent('Activeby Exchange, 5 days ago');
    expect(direct).toHaveTextContent('Exchange, Teams');
    expect(
      within(direct).getByTitle('SWAY, YAMMER_ENTERPRISE'),
    ).toHaveTextContent('2');
    expect(
      within(licenses).getByRole('row', { name: /VISIOCLIENT/ }),
    ).toHaveTextContent(
      'Group Engineering toolsNot measurableNone of its services is observedNone is observed',
    );

    const terms = screen
      .getAllByRole('term')
      .map(term => term.textContent)
      .slice(0, 7);
    expect(terms).toEqual([
      'Exchange',
      'Teams',
      'OneDrive',
      'Outlook',
      'SharePoint',
      'Skype for Business',
      'Yammer',
    ]);
    expect(screen.getByText('Never')).toBeInTheDocument();
    expect(screen.getByText(/Microsoft's report of/)).toBeInTheDocument();
    expect(screen.getByText('Account manager')).toBeInTheDocument();
    expect(screen.queryByText('Deactivated')).not.toBeInTheDocument();
  });

  it('leads back to the list as it was', async () => {
    render({ at: '/users/a1?status=active&cursor=c2' });
    expect(
      await screen.findByRole('link', { name: /All users/ }),
    ).toHaveAttribute('href', '/m365-licenses/users?status=active&cursor=c2');
  });

  it('says so when the account is not known', async () => {
    render({ at: '/users/nobody' });
    expect(
      await screen.findByText(/No account nobody is known/),
    ).toBeInTheDocument();
  });

  it('says which permission is missing', async () => {
    render({
      at: '/users/a1',
      answers: { 'GET /tenants/contoso/users/a1': refuse(403, 'no') },
    });
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'm365-licenses.account.read',
    );
  });
});
