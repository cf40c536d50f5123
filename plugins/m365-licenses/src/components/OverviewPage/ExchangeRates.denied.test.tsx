import { screen } from '@testing-library/react';
import { renderPage } from '../../__testUtils__/render';
import { OverviewPage } from './OverviewPage';

// Answers about permissions are kept for the whole test file.
describe('ExchangeRatesDialog without the permission to enter them', () => {
  it('is not there', async () => {
    renderPage(<OverviewPage />, { path: '/overview', allowed: false });
    await screen.findByRole('heading', { name: 'Annual spend' });
    expect(
      screen.queryByRole('button', { name: 'Exchange rates' }),
    ).not.toBeInTheDocument();
  });
});
