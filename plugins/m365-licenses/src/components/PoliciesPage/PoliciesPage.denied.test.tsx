import { screen } from '@testing-library/react';
import type { Policy } from 'backstage-plugin-m365-licenses-common';
import { policy } from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { PoliciesPage } from './PoliciesPage';

const render = (shown: Policy) =>
  renderPage(<PoliciesPage />, {
    path: '/reclamations/policies',
    allowed: false,
    answers: {
      'GET /tenants/contoso/policies': () => ({ items: [shown] }),
    },
  });

// In a file of its own: decisions about permissions are cached per module.
describe('PoliciesPage without the permission to change policies', () => {
  it('shows them, and what switching one on needs', async () => {
    render(policy({ dryRuns: 2, allowed: [] }));
    expect(
      await screen.findByRole('heading', { name: 'Leavers' }),
    ).toBeInTheDocument();
    expect(
      screen.getByText(
        /m365-licenses.reclamation.approve and m365-licenses.reclamation.execute/,
      ),
    ).toBeInTheDocument();
    expect(screen.queryByRole('button')).not.toBeInTheDocument();
  });

  it('has those switched that the backend allows, and nothing else', async () => {
    render(policy({ dryRuns: 2, allowed: ['on'] }));
    expect(
      (await screen.findAllByRole('button')).map(button =>
        button.getAttribute('aria-label'),
      ),
    ).toEqual(['Switch on: Leavers']);
  });
});
