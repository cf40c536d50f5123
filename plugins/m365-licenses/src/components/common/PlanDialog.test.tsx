import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { type Answer, refuse } from '../../__testUtils__/fakeBackend';
import {
  E3,
  reclamation,
  reclamationItem,
  reclamationPreview,
} from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { PlanDialog } from './PlanDialog';

const PREVIEWS = '/tenants/contoso/reclamation-previews';
const PLANS = '/tenants/contoso/reclamations';

const render = (answers: Record<string, Answer> = {}) => {
  const onClose = jest.fn();
  return {
    ...renderPage(
      <PlanDialog
        tenant="contoso"
        selection={{ users: ['a1'], skuIds: [E3] }}
        isOpen
        onClose={onClose}
      />,
      { path: '/reclamations', answers },
    ),
    onClose,
  };
};

const address = () => screen.getByLabelText('address').textContent ?? '';

describe('PlanDialog', () => {
  it('shows first what would go, its worth, and what is left alone and why', async () => {
    const { received } = render();
    const dialog = await screen.findByRole('dialog', {
      name: 'Plan to take licenses back',
    });
    expect(
      await within(dialog).findByText('2 licenses of up to 2 people'),
    ).toBeInTheDocument();
    expect(dialog).toHaveTextContent('€720.00');
    expect(dialog).toHaveTextContent('1 Held back');
    const left = within(dialog).getByRole('list', {
      name: 'Left alone, and why',
    });
    expect(left).toHaveTextContent(
      'Maya Lopez, Visio Plan 2Held backExempted until February 1: Parental leave.',
    );
    expect(received.find(({ path }) => path === PREVIEWS)?.body).toMatchObject({
      users: ['a1'],
      skuIds: [E3],
      leaveGroups: false,
    });
    expect(received.map(({ path }) => path)).not.toContain(PLANS);
  });

  it('makes the plan for a reason, and goes to its page', async () => {
    const { received, onClose } = render({
      [`POST ${PLANS}`]: () => reclamation({ id: 'r7' }),
    });
    const dialog = await screen.findByRole('dialog');
    await within(dialog).findByText('2 licenses of up to 2 people');
    const make = within(dialog).getByRole('button', { name: 'Make the plan' });
    // Without a reason nothing is sent.
    await userEvent.click(make);
    expect(received.map(({ path }) => path)).not.toContain(PLANS);
    await userEvent.type(
      within(dialog).getByRole('textbox', { name: /Reason/ }),
      '  Renewal ',
    );
    await userEvent.click(
      within(dialog).getByRole('radio', { name: /Ask each person first/ }),
    );
    await userEvent.click(
      within(dialog).getByRole('checkbox', { name: /out of groups/ }),
    );
    // The preview is of what would be made.
    await waitFor(() =>
      expect(
        received.filter(({ path }) => path === PREVIEWS).at(-1)?.body,
      ).toMatchObject({ leaveGroups: true }),
    );
    await waitFor(() => expect(make).toBeEnabled());
    await userEvent.click(make);
    await waitFor(() =>
      expect(address()).toBe('/m365-licenses/reclamations/r7?tenant=contoso'),
    );
    expect(received.find(({ path }) => path === PLANS)?.body).toEqual({
      users: ['a1'],
      skuIds: [E3],
      leaveGroups: true,
      mode: 'askFirst',
      reason: 'Renewal',
    });
    expect(onClose).toHaveBeenCalled();
  });

  it('makes no plan of what is left alone as a whole', async () => {
    render({
      [`POST ${PREVIEWS}`]: () =>
        reclamationPreview({
          items: 300,
          counts: [{ outcome: 'inheritedFromGroup', items: 300 }],
          first: Array.from({ length: 200 }, (_, index) =>
            reclamationItem({
              id: `i${index}`,
              outcome: 'inheritedFromGroup',
              message: 'The group Sales grants it.',
            }),
          ),
        }),
    });
    const dialog = await screen.findByRole('dialog');
    expect(
      await within(dialog).findByText('There is nothing to take back'),
    ).toBeInTheDocument();
    expect(within(dialog).getByText('and 290 more')).toBeInTheDocument();
    expect(
      within(dialog).getByRole('button', { name: 'Make the plan' }),
    ).toBeDisabled();
  });

  it('says why there is no preview, and tries again', async () => {
    let answer = refuse(503, 'Microsoft did not answer');
    render({ [`POST ${PREVIEWS}`]: request => answer(request) });
    const dialog = await screen.findByRole('dialog');
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(
      'Microsoft did not answer',
    );
    answer = () => reclamationPreview();
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Try again' }),
    );
    expect(
      await within(dialog).findByText('2 licenses of up to 2 people'),
    ).toBeInTheDocument();
  });

  it('keeps what was typed when the plan is refused', async () => {
    const { onClose } = render({
      [`POST ${PLANS}`]: refuse(400, 'More than 20,000 licenses'),
    });
    const dialog = await screen.findByRole('dialog');
    await within(dialog).findByText('2 licenses of up to 2 people');
    const reason = within(dialog).getByRole('textbox', { name: /Reason/ });
    await userEvent.type(reason, 'Renewal');
    await userEvent.click(
      within(dialog).getByRole('button', { name: 'Make the plan' }),
    );
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(
      'More than 20,000 licenses',
    );
    expect(reason).toHaveValue('Renewal');
    expect(onClose).not.toHaveBeenCalled();
  });
});
