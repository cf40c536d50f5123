import { screen, within } from '@testing-library/react';
import { connection, finding, signedIn } from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { ConnectionsPage } from './ConnectionsPage';

// In a file of its own: decisions about permissions are cached per module.
describe('ConnectionsPage without the permission to change connections', () => {
  it('shows what was found, has no actions, and says what is missing', async () => {
    renderPage(<ConnectionsPage />, {
      path: '/connections',
      allowed: false,
      answers: {
        'GET /connections': () => ({
          items: [
            connection({
              status: 'failing',
              credentials: [signedIn()],
              check: {
                checkedAt: '2026-11-01T10:00:00Z',
                findings: [finding({ status: 'failing', title: 'No token' })],
              },
            }),
          ],
          totalItems: 1,
        }),
        'GET /tenants/contoso/concealed-activity': () => ({
          rows: 5,
          firstSeenAt: null,
          lastReportDate: null,
        }),
      },
    });
    const card = await screen.findByRole('article', { name: 'contoso' });
    expect(within(card).getByText('No token')).toBeInTheDocument();
    expect(
      await within(card).findByText(
        '5 rows of activity are stored under concealed names',
      ),
    ).toBeInTheDocument();
    expect(
      await screen.findByText(/permission m365-licenses.connection.update/),
    ).toBeInTheDocument();
    expect(
      within(card)
        .getAllByRole('button')
        .map(({ textContent }) => textContent),
    ).toEqual(['2 permissions granted']);
  });
});
