import {
  createExtensionTester,
  renderInTestApp,
} from '@backstage/frontend-test-utils';
import {
  FormFieldBlueprint,
  Stepper,
} from '@backstage/plugin-scaffolder-react/alpha';
import '@testing-library/jest-dom';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  createM365LicensesClient,
  type Account,
  type AssignedLicense,
} from 'backstage-plugin-m365-licenses-common';
import { m365LicensesApiRef } from '../api';
import { accountPickerExtension, licensePickerExtension } from '.';
import { accountPickerField, licensePickerField } from './fields';
import { validateAccount } from './validateAccount';

const path: AssignedLicense['paths'][number] = {
  type: 'direct',
  groupId: null,
  groupName: null,
  state: 'Active',
  error: null,
  services: ['exchange'],
  lastActivityDate: null,
  status: 'neverActive',
  disabledPlans: [],
  assignedAt: null,
};

const e5: AssignedLicense = {
  skuId: 'e5-id',
  skuPartNumber: 'SPE_E5',
  displayName: 'Microsoft 365 E5',
  services: ['exchange'],
  lastActivityDate: null,
  status: 'neverActive',
  paths: [path],
};

const visio: AssignedLicense = {
  skuId: 'visio-id',
  skuPartNumber: 'VISIOCLIENT',
  displayName: 'Visio Plan 2',
  services: [],
  lastActivityDate: null,
  status: 'notMeasurable',
  paths: [
    { ...path, type: 'group', groupId: 'group-id', groupName: 'Engineering' },
  ],
};

function account(overrides: Partial<Account> = {}): Account {
  return {
    id: 'maya-id',
    userPrincipalName: 'maya@contoso.com',
    displayName: 'Maya Lopez',
    email: null,
    givenName: null,
    surname: null,
    userType: 'member',
    enabled: true,
    department: 'Sales',
    jobTitle: null,
    companyName: null,
    officeLocation: null,
    country: null,
    createdAt: null,
    deactivatedAt: null,
    deletedAt: null,
    lastSignInAt: null,
    modifiedAt: '2026-11-01T00:00:00Z',
    licenses: [e5, visio],
    lastActivityDate: '2026-11-19',
    status: 'active',
    ...overrides,
  };
}

const maya = account();
const marco = account({
  id: 'marco-id',
  userPrincipalName: 'marco@contoso.com',
  displayName: 'Marco Silva',
  enabled: false,
  licenses: [e5],
  lastActivityDate: null,
});

/** The API as far as the fields ask it. */
function createApi(
  overrides: {
    accounts?: Account[];
    tenants?: string[];
    /** Which of them is retired. */
    retired?: string;
    refuse?: { path: string; status: number; message: string };
  } = {},
) {
  const accounts = overrides.accounts ?? [maya, marco];
  const asked: string[] = [];
  const answer = (status: number, body: unknown) =>
    new Response(JSON.stringify(body), {
      status,
      headers: { 'content-type': 'application/json' },
    });
  const client = createM365LicensesClient({
    baseUrl: 'http://portal.example',
    fetch: async input => {
      const { pathname, search, searchParams } = new URL(String(input));
      asked.push(pathname + search);
      const { refuse } = overrides;
      if (refuse && pathname.startsWith(refuse.path)) {
        return answer(refuse.status, {
          error: { name: 'NotAllowedError', message: refuse.message },
          response: { statusCode: refuse.status },
        });
      }
      if (pathname === '/tenants') {
        const items = (overrides.tenants ?? ['contoso']).map(name => ({
          name,
          status: name === overrides.retired ? 'retired' : 'started',
        }));
        return answer(200, { items, totalItems: items.length });
      }
      if (pathname === '/tenants/contoso/users') {
        const text = (searchParams.get('text') ?? '').toLowerCase();
        const items = accounts.filter(({ displayName, userPrincipalName }) =>
          [displayName, userPrincipalName].some(name =>
            name.toLowerCase().startsWith(text),
          ),
        );
        return answer(200, { items, totalItems: items.length });
      }
      const userId = decodeURIComponent(pathname.split('/').at(-1) ?? '');
      const found = accounts.find(
        ({ userPrincipalName }) => userPrincipalName === userId,
      );
      return found
        ? answer(200, { tenant: 'contoso', account: found })
        : answer(404, {
            error: { name: 'NotFoundError', message: `No ${userId}` },
            response: { statusCode: 404 },
          });
    },
  });
  return { client, asked };
}

/** The form of a template with both fields, as the scaffolder shows it. */
function renderForm(
  api = createApi(),
  options: { tenant?: string; initial?: Record<string, string> } = {},
) {
  const onCreate = jest.fn(async () => {});
  renderInTestApp(
    <Stepper
      manifest={{
        title: 'Reclaim a license',
        steps: [
          {
            title: 'Account',
            schema: {
              required: ['user'],
              properties: {
                user: {
                  title: 'Account',
                  type: 'string',
                  'ui:field': 'M365AccountPicker',
                  'ui:options': { tenant: options.tenant },
                },
                skuIds: {
                  title: 'Licenses',
                  type: 'array',
                  items: { type: 'string' },
                  'ui:field': 'M365LicensePicker',
                  'ui:options': { tenant: options.tenant },
                },
              },
            },
          },
        ],
      }}
      extensions={[
        {
          name: accountPickerField.name,
          component: accountPickerField.component,
          validation: accountPickerField.validation,
        },
        {
          name: licensePickerField.name,
          component: licensePickerField.component,
        },
      ]}
      initialState={options.initial}
      onCreate={onCreate}
    />,
    { apis: [[m365LicensesApiRef, api.client]] },
  );
  return { onCreate, asked: api.asked };
}

async function choose(typed: string, name: RegExp) {
  const input = await screen.findByRole('combobox', { name: /Account/ });
  await userEvent.clear(input);
  await userEvent.type(input, typed);
  await userEvent.click(await screen.findByRole('option', { name }));
}

describe('form fields', () => {
  beforeEach(() => {
    // The scaffolder scrolls to the top of each step, which jsdom cannot.
    jest.spyOn(window, 'scrollTo').mockImplementation();
  });

  it('finds an account as one types, offers its licenses and stores both', async () => {
    const { onCreate, asked } = renderForm();
    await screen.findByText('Choose an account to see its licenses.');

    const input = await screen.findByRole('combobox', { name: /Account/ });
    await userEvent.type(input, 'ma');
    await waitFor(() =>
      expect(asked).toContain('/tenants/contoso/users?limit=20&text=ma'),
    );
    const option = await screen.findByRole('option', { name: 'Marco Silva' });
    expect(
      within(option).getByText('marco@contoso.com · Sales · sign-in blocked'),
    ).toBeVisible();
    await choose('may', /Maya Lopez/);
    expect(input).toHaveValue('maya@contoso.com');

    const group = await screen.findByRole('group', { name: /Licenses/ });
    const direct = await within(group).findByRole('checkbox', {
      name: 'Microsoft 365 E5 assigned directly',
    });
    expect(
      within(group).getByRole('checkbox', {
        name: 'Visio Plan 2 granted by group Engineering',
      }),
    ).toBeDisabled();
    expect(
      within(group).getByText('Nothing chosen: 1 license is taken back.'),
    ).toBeVisible();
    await userEvent.click(direct);
    expect(direct).toBeChecked();

    await userEvent.click(screen.getByRole('button', { name: 'Review' }));
    await userEvent.click(
      await screen.findByRole('button', { name: 'Create' }),
    );
    expect(onCreate).toHaveBeenCalledWith({
      user: 'maya@contoso.com',
      skuIds: ['e5-id'],
    });
  });

  it('does not carry the choice over to another account', async () => {
    renderForm();
    await choose('may', /Maya Lopez/);
    await userEvent.click(
      await screen.findByRole('checkbox', { name: /Microsoft 365 E5/ }),
    );
    await choose('mar', /Marco Silva/);
    await waitFor(() =>
      expect(screen.queryByText(/Visio Plan 2/)).not.toBeInTheDocument(),
    );
    expect(
      await screen.findByRole('checkbox', { name: /Microsoft 365 E5/ }),
    ).not.toBeChecked();
  });

  it('takes a user principal name that is not listed', async () => {
    renderForm();
    const input = await screen.findByRole('combobox', { name: /Account/ });
    await userEvent.type(input, 'new.person@contoso.com');
    expect(
      await screen.findByText(/No account begins like this/),
    ).toBeVisible();
    fireEvent.blur(input);
    expect(
      await screen.findByText(
        /No account new.person@contoso.com has been read yet/,
      ),
    ).toBeVisible();
    expect(input).toHaveValue('new.person@contoso.com');
  });

  it('does not go on with the beginning of a name', async () => {
    renderForm();
    await userEvent.type(
      await screen.findByRole('combobox', { name: /Account/ }),
      'may',
    );
    await userEvent.tab();
    await userEvent.click(screen.getByRole('button', { name: 'Review' }));
    expect(
      await screen.findAllByText(/give its whole user principal name/),
    ).not.toHaveLength(0);
  });

  it('shows an account that was given with the form', async () => {
    renderForm(createApi(), { initial: { user: 'maya@contoso.com' } });
    expect(
      await screen.findByRole('combobox', { name: /Account/ }),
    ).toHaveValue('maya@contoso.com');
    expect(
      await screen.findByRole('checkbox', { name: /Microsoft 365 E5/ }),
    ).toBeEnabled();
  });

  it('says so when groups grant everything, or nothing is held', async () => {
    renderForm(
      createApi({
        accounts: [
          { ...maya, licenses: [visio] },
          { ...marco, licenses: [] },
        ],
      }),
    );
    await choose('may', /Maya Lopez/);
    expect(
      await screen.findByText(/Groups grant all licenses of Maya Lopez/),
    ).toBeVisible();
    await choose('mar', /Marco Silva/);
    expect(
      await screen.findByText('Marco Silva holds no license.'),
    ).toBeVisible();
  });

  it('asks only in the tenant that the template names', async () => {
    const { asked } = renderForm(createApi(), { tenant: 'contoso' });
    await choose('may', /Maya Lopez/);
    expect(asked).not.toContain('/tenants');
  });

  it('passes over retired tenants', async () => {
    renderForm(
      createApi({ tenants: ['fabrikam', 'contoso'], retired: 'fabrikam' }),
    );
    await choose('may', /Maya Lopez/);
    expect(
      await screen.findByRole('checkbox', { name: /Microsoft 365 E5/ }),
    ).toBeEnabled();
  });

  it('names the tenants when there are several and the template names none', async () => {
    renderForm(createApi({ tenants: ['contoso', 'fabrikam'] }));
    expect(
      await screen.findByText(/to one of contoso, fabrikam/),
    ).toBeVisible();
  });

  it('names the permission that is missing', async () => {
    renderForm(
      createApi({
        refuse: {
          path: '/tenants/contoso/users',
          status: 403,
          message: 'no',
        },
      }),
    );
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('m365-licenses.account.read');
  });

  it('shows what went wrong in the backend, and asks again', async () => {
    const refuse = {
      path: '/tenants/contoso/users',
      status: 500,
      message: 'the database is away',
    };
    renderForm(createApi({ refuse }));
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('the database is away');
    refuse.path = '/nothing';
    await userEvent.click(within(alert).getByRole('button'));
    await waitFor(() => expect(alert).not.toBeInTheDocument());
    await choose('may', /Maya Lopez/);
  });
});

describe('validateAccount', () => {
  it.each([
    ['maya@contoso.com', 0],
    ['87d349ed-44d7-43e1-9a83-5f2406dee5bd', 0],
    [undefined, 0],
    ['maya', 1],
  ])('answers %p with %p problems', (value, problems) => {
    const addError = jest.fn();
    validateAccount(value, { addError });
    expect(addError).toHaveBeenCalledTimes(problems);
  });
});

describe('extensions', () => {
  it('load the fields for the scaffolder', async () => {
    const { formFieldLoader } = FormFieldBlueprint.dataRefs;
    const fields = await Promise.all([
      createExtensionTester(accountPickerExtension).get(formFieldLoader)(),
      createExtensionTester(licensePickerExtension).get(formFieldLoader)(),
    ]);
    expect(fields).toMatchObject([
      { name: 'M365AccountPicker' },
      { name: 'M365LicensePicker' },
    ]);
  });
});
