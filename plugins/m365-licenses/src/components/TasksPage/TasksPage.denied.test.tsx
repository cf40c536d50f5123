import { screen } from '@testing-library/react';
import { renderPage } from '../../__testUtils__/render';
import { TasksPage } from './TasksPage';

// In a file of its own: decisions about permissions are cached per module.
describe('TasksPage without the permission to run tasks', () => {
  it('has no way to run one, and says what is missing', async () => {
    renderPage(<TasksPage />, { path: '/tasks', allowed: false });
    await screen.findByRole('row', { name: /Accounts and the licenses/ });
    expect(
      screen.queryByRole('button', { name: /Run now/ }),
    ).not.toBeInTheDocument();
    expect(
      await screen.findByText(/needs the permission m365-licenses.task.run/),
    ).toBeInTheDocument();
  });
});
