import { screen } from '@testing-library/react';
import { renderPage } from '../../__testUtils__/render';
import { SuspiciousActivitiesPage } from './SuspiciousActivitiesPage';

// In a file of its own: decisions about permissions are cached per module.
describe('SuspiciousActivitiesPage without the permission to recognize', () => {
  it('lists activities and has no way to recognize one', async () => {
    renderPage(<SuspiciousActivitiesPage />, {
      path: '/suspicious-activities',
      allowed: false,
    });
    expect(
      await screen.findByRole('row', { name: /Maya Lopez/ }),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: /Recognize / }),
    ).not.toBeInTheDocument();
  });
});
