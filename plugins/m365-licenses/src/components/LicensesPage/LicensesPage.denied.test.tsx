import { screen } from '@testing-library/react';
import { renderPage } from '../../__testUtils__/render';
import { LicensesPage } from './LicensesPage';

// In a file of its own: decisions about permissions are cached per module.
describe('LicensesPage without the permission to enter what licenses cost', () => {
  it('exports terms and does not import them', async () => {
    renderPage(<LicensesPage />, { path: '/licenses', allowed: false });
    await screen.findByRole('row', { name: /SPE_E3/ });
    expect(
      screen.getByRole('button', { name: 'Export terms' }),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: 'Import terms' }),
    ).not.toBeInTheDocument();
  });
});
