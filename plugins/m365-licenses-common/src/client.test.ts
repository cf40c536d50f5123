import { answerOf, createM365LicensesClient } from './client';

function answering(response: () => Response) {
  const requests: { url: string; init: RequestInit }[] = [];
  const send = async (
    input: Parameters<typeof fetch>[0],
    init: RequestInit = {},
  ) => {
    requests.push({ url: String(input), init });
    return response();
  };
  return { requests, send };
}

describe('createM365LicensesClient', () => {
  it('puts path, query and token on the address that discovery gives', async () => {
    const { requests, send } = answering(() =>
      Response.json({ items: [], totalItems: 0 }),
    );
    const client = createM365LicensesClient({
      baseUrl: async () => 'http://127.0.0.1:7007/api/m365-licenses',
      fetch: send,
      token: 'caller',
    });
    const page = await answerOf(
      client.GET('/tenants/{tenant}/users', {
        params: {
          path: { tenant: 'contoso' },
          query: { text: 'maya & co', enabled: true },
        },
      }),
    );
    expect(page).toEqual({ items: [], totalItems: 0 });
    expect(requests[0].url).toBe(
      'http://127.0.0.1:7007/api/m365-licenses/tenants/contoso/users?text=maya%20%26%20co&enabled=true',
    );
    expect(new Headers(requests[0].init.headers).get('authorization')).toBe(
      'Bearer caller',
    );
  });

  it('keeps a base that only the fetch can resolve', async () => {
    const { requests, send } = answering(() => Response.json({ task: 'x' }));
    const client = createM365LicensesClient({
      baseUrl: 'plugin://m365-licenses',
      fetch: send,
    });
    await answerOf(
      client.POST('/tenants/{tenant}/tasks/{task}/run', {
        params: { path: { tenant: 'contoso', task: 'application-roster' } },
      }),
    );
    expect(requests[0].url).toBe(
      'plugin://m365-licenses/tenants/contoso/tasks/application-roster/run',
    );
    expect(requests[0].init.method).toBe('POST');
  });

  it('sends a body as JSON', async () => {
    const { requests, send } = answering(() => Response.json({}));
    const client = createM365LicensesClient({
      baseUrl: 'plugin://m365-licenses',
      fetch: send,
    });
    await client.POST('/tenants/{tenant}/reclamations', {
      params: { path: { tenant: 'contoso' } },
      body: { user: 'maya@contoso.example', reason: 'Left' },
    });
    expect(requests[0].init.body).toBe(
      '{"user":"maya@contoso.example","reason":"Left"}',
    );
    expect(new Headers(requests[0].init.headers).get('content-type')).toBe(
      'application/json',
    );
  });

  it("throws the backend's own message", async () => {
    const { send } = answering(() =>
      Response.json(
        {
          error: { name: 'NotFoundError', message: 'There is no tenant x' },
          response: { statusCode: 404 },
        },
        { status: 404 },
      ),
    );
    const client = createM365LicensesClient({
      baseUrl: 'plugin://m365-licenses',
      fetch: send,
    });
    await expect(
      client.GET('/tenants/{tenant}', { params: { path: { tenant: 'x' } } }),
    ).rejects.toMatchObject({
      name: 'ResponseError',
      cause: { message: 'There is no tenant x' },
    });
  });
});
