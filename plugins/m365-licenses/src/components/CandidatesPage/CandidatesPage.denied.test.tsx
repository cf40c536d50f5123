import { screen, waitFor } from '@testing-library/react';
import { renderPage } from '../../__testUtils__/render';
import { CandidatesPage } from './CandidatesPage';
import { ExemptionsPage } from './ExemptionsPage';

// In a file of its own: decisions about permissions are cached per module.
describe('without the permission to hold licenses back', () => {
  it('CandidatesPage lists candidates and has no way to hold one back', async () => {
    const { queriesOf } = renderPage(<CandidatesPage />, {
      path: '/candidates',
      at: '/candidates?sort=value',
      allowed: false,
    });
    expect(
      await screen.findByRole('row', { name: /Maya Lopez/ }),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: /Hold back|Plan|Select/ }),
    ).not.toBeInTheDocument();
    // Sorting by value is refused without reading what licenses cost.
    await waitFor(() =>
      expect(queriesOf('/tenants/contoso/candidates').at(-1)).toMatchObject({
        sort: 'displayName',
      }),
    );
  });

  it('ExemptionsPage lists exemptions and has no way to change them', async () => {
    renderPage(<ExemptionsPage />, {
      path: '/candidates/exemptions',
      allowed: false,
    });
    expect(
      await screen.findByRole('row', { name: /Maya Lopez/ }),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: /End|Hold/ }),
    ).not.toBeInTheDocument();
  });
});
