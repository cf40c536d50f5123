import { render, screen } from '@testing-library/react';
import App from './App';

/** Gives the app its configuration as the backend does: in the page itself. */
function injectConfig(data: object) {
  const script = document.createElement('script');
  script.type = 'backstage.io/config';
  script.textContent = JSON.stringify([{ context: 'test', data }]);
  document.head.append(script);
}

describe('App', () => {
  it('asks a visitor to sign in, under the configured title', async () => {
    injectConfig({
      app: { title: 'Contoso developer portal' },
      backend: { baseUrl: 'http://localhost:7007' },
    });

    render(App.createRoot());

    expect(
      await screen.findByRole('heading', { name: 'Contoso developer portal' }),
    ).toBeInTheDocument();
    expect(
      await screen.findByRole('button', { name: 'Enter as Robin Sommer' }),
    ).toBeInTheDocument();
  });
});
