import { screen, within } from '@testing-library/react';
import { renderPage } from '../../__testUtils__/render';
import { PlanDialog } from './PlanDialog';

// In a file of its own: decisions about permissions are cached per module.
describe('PlanDialog without the permission to take people out of groups', () => {
  it('does not offer it', async () => {
    renderPage(
      <PlanDialog
        tenant="contoso"
        selection={{ users: ['a1'] }}
        isOpen
        onClose={() => {}}
      />,
      { allowed: false },
    );
    const dialog = await screen.findByRole('dialog');
    await within(dialog).findByText('2 licenses of up to 2 people');
    expect(within(dialog).queryByRole('checkbox')).not.toBeInTheDocument();
  });
});
