import { screen } from '@testing-library/react';
import { minutesAgo, reclamationSwitch } from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { ReclamationsPage } from './ReclamationsPage';

// In a file of its own: decisions about permissions are cached per module.
describe('ReclamationsPage without the permission to carry plans out', () => {
  it('says that everything is stopped, and has no way to let it go on', async () => {
    renderPage(<ReclamationsPage />, {
      path: '/reclamations',
      allowed: false,
      answers: {
        'GET /tenants/contoso/reclamation-switch': () =>
          reclamationSwitch({
            stopped: true,
            reason: 'Audit',
            changedBy: 'user:default/maya',
            changedAt: minutesAgo(3),
          }),
      },
    });
    expect(await screen.findByRole('alert')).toHaveTextContent('Audit');
    expect(
      await screen.findByRole('row', { name: /Left the company/ }),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: /Stop|Let it/ }),
    ).not.toBeInTheDocument();
  });
});
