import { screen } from '@testing-library/react';
import { E3 } from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { LicensePage } from './LicensePage';

// In a file of its own: decisions about permissions are cached per module.
describe('LicensePage without the permission to enter what licenses cost', () => {
  it('shows the terms and has no way to change them', async () => {
    renderPage(<LicensePage />, {
      path: '/licenses/:skuId',
      at: `/licenses/${E3}`,
      allowed: false,
    });
    expect(
      await screen.findByRole('row', { name: /€30\.00/ }),
    ).toHaveTextContent('PO-4711');
    expect(
      await screen.findByText(/permission m365-licenses.terms.update/),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: /add|edit|remove|save/i }),
    ).not.toBeInTheDocument();
  });
});
