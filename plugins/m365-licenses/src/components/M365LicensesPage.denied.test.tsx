import { screen } from '@testing-library/react';
import { renderPage } from '../__testUtils__/render';
import { M365LicensesPage } from './M365LicensesPage';

// In a file of its own: decisions about permissions are cached per module.
it('begins with what is one’s own for those who may read no figures', async () => {
  renderPage(<M365LicensesPage />, { path: '/*', at: '/', allowed: false });
  expect(
    await screen.findByRole('grid', { name: 'My licenses' }),
  ).toBeInTheDocument();
  expect(screen.getByRole('status', { name: 'address' })).toHaveTextContent(
    '/m365-licenses/my-licenses',
  );
});
