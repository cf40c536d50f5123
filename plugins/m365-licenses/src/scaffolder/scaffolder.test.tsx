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
import type { ComponentProps } from 'react';
import {
  createM365LicensesClient,
  type Account,
  type AssignedLicense,
} from 'backstage-plugin-m365-licenses-common';
import { m365LicensesApiRef } from '../api';
import {
  accountPickerExtension,
  accountsPickerExtension,
  licensePickerExtension,
  ownLicensePickerExtension,
  scaffolderExtensions,
  skuPickerExtension,
} from '.';
import {
  accountPickerField,
  accountsPickerField,
  licensePickerField,
  ownLicensePickerField,
  skuPickerField,
} from './fields';
import { validateAccount, validateAccounts } from './validation';

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
    /** One's own accounts, by tenant. */
    own?: Array<{ tenant: string; account: Account }>;
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
      if (pathname === '/me') {
        const own = overrides.own ?? [{ tenant: 'contoso', account: maya }];
        return answer(200, { accounts: own.map(detail => ({ detail })) });
      }
      if (pathname === '/tenants/contoso/licenses') {
        const items = [
          { ...e5, assigned: 120, bought: 150 },
          { ...visio, assigned: 8, bought: 10 },
        ];
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

type Schema = ComponentProps<
  typeof Stepper
>['manifest']['steps'][number]['schema'];

/** A form with fields, as the scaffolder shows it. */
function renderFields(
  api: ReturnType<typeof createApi>,
  properties: Schema,
  options: { required?: string[]; initial?: Record<string, string> } = {},
) {
  const { required = [], initial } = options;
  const onCreate = jest.fn(async () => {});
  const fields = [
    accountPickerField,
    accountsPickerField,
    licensePickerField,
    ownLicensePickerField,
    skuPickerField,
  ].map(field => ({ ...field, schema: field.schema.schema }));
  renderInTestApp(
    <Stepper
      manifest={{
        title: 'Licenses',
        steps: [{ title: 'Licenses', schema: { required, properties } }],
      }}
      extensions={fields}
      initialState={initial}
      onCreate={onCreate}
    />,
    { apis: [[m365LicensesApiRef, api.client]] },
  );
  return { onCreate, asked: api.asked };
}

/** The form of a template with an account and its licenses. */
function renderForm(
  api = createApi(),
  options: { tenant?: string; initial?: Record<string, string> } = {},
) {
  const { tenant, initial } = options;
  return renderFields(
    api,
    {
      user: {
        title: 'Account',
        type: 'string',
        'ui:field': 'M365AccountPicker',
        'ui:options': { tenant },
      },
      skuIds: {
        title: 'Licenses',
        type: 'array',
        items: { type: 'string' },
        'ui:field': 'M365LicensePicker',
        'ui:options': { tenant },
      },
    },
    { required: ['user'], initial },
  );
}

/** Goes through the review and creates. */
async function create() {
  await userEvent.click(screen.getByRole('button', { name: 'Review' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Create' }));
}

async function choose(typed: string, name: RegExp) {
  const input = await screen.findByRole('combobox', { name: /Account/ });
  await userEvent.clear(input);
  await userEvent.type(input, typed);
  await userEvent.click(await screen.findByRole('option', { name }));
}

beforeEach(() => {
  // The scaffolder scrolls to the top of each step, which jsdom cannot.
  jest.spyOn(window, 'scrollTo').mockImplementation();
});

describe('an account and its licenses', () => {
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

    await create();
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

describe('validateAccounts', () => {
  it('names each that is none', () => {
    const addError = jest.fn();
    validateAccounts(['maya@contoso.com', 'may', 'mar'], { addError });
    expect(addError.mock.calls.map(([message]) => message)).toEqual([
      expect.stringContaining('"may"'),
      expect.stringContaining('"mar"'),
    ]);
  });

  it('wants at least one', () => {
    const addError = jest.fn();
    // A form fills a list up to its minItems with blanks.
    validateAccounts([''], { addError });
    expect(addError).toHaveBeenCalledWith('Choose at least one account');
  });
});

describe('several accounts', () => {
  const renderAccounts = (api = createApi()) =>
    renderFields(
      api,
      {
        users: {
          title: 'Accounts',
          type: 'array',
          items: { type: 'string' },
          'ui:field': 'M365AccountsPicker',
          'ui:options': {},
        },
      },
      { required: ['users'] },
    );

  it('are found one after the other, can be removed, and are stored', async () => {
    const { onCreate } = renderAccounts();
    await choose('may', /Maya Lopez/);
    const input = screen.getByRole('combobox', { name: /Accounts/ });
    expect(input).toHaveValue('');
    await choose('mar', /Marco Silva/);
    // The list stays open for the next one.
    await userEvent.keyboard('{Escape}');

    const chosen = await screen.findByRole('grid', { name: 'Chosen accounts' });
    expect(
      within(chosen)
        .getAllByRole('row')
        .map(row => row.textContent),
    ).toEqual(['maya@contoso.com', 'marco@contoso.com']);
    await userEvent.click(
      within(
        within(chosen).getByRole('row', { name: 'maya@contoso.com' }),
      ).getByRole('button'),
    );
    expect(
      within(chosen)
        .getAllByRole('row')
        .map(row => row.textContent),
    ).toEqual(['marco@contoso.com']);

    await create();
    expect(onCreate).toHaveBeenCalledWith({ users: ['marco@contoso.com'] });
  });

  it('are taken once each, and typed in full where they are not listed', async () => {
    const { onCreate } = renderAccounts();
    await choose('may', /Maya Lopez/);
    const input = screen.getByRole('combobox', { name: /Accounts/ });
    await userEvent.type(input, 'MAYA@contoso.com');
    fireEvent.blur(input);
    await userEvent.type(input, 'new.person@contoso.com');
    fireEvent.blur(input);
    expect(
      await screen.findByRole('row', { name: 'new.person@contoso.com' }),
    ).toBeVisible();

    await create();
    expect(onCreate).toHaveBeenCalledWith({
      users: ['maya@contoso.com', 'new.person@contoso.com'],
    });
  });

  it('must be accounts, not beginnings of names', async () => {
    const { onCreate } = renderAccounts();
    await userEvent.type(
      await screen.findByRole('combobox', { name: /Accounts/ }),
      'may',
    );
    await userEvent.tab();
    await userEvent.click(screen.getByRole('button', { name: 'Review' }));
    expect(
      await screen.findAllByText(/"may" is no account: remove it/),
    ).not.toHaveLength(0);
    expect(onCreate).not.toHaveBeenCalled();
  });

  it('are needed', async () => {
    renderAccounts();
    await screen.findByRole('combobox', { name: /Accounts/ });
    await userEvent.click(screen.getByRole('button', { name: 'Review' }));
    expect(
      await screen.findAllByText(/Choose at least one account/),
    ).not.toHaveLength(0);
  });
});

describe('one’s own licenses', () => {
  const renderOwn = (api = createApi(), tenant?: string) =>
    renderFields(
      api,
      {
        skuIds: {
          title: 'Licenses',
          type: 'array',
          items: { type: 'string' },
          'ui:field': 'M365OwnLicensePicker',
          'ui:options': { tenant },
        },
      },
      { required: ['skuIds'] },
    );

  it('are offered without asking for anything but one’s own account', async () => {
    const { onCreate, asked } = renderOwn();
    expect(
      await screen.findByRole('checkbox', {
        name: 'Visio Plan 2 granted by group Engineering',
      }),
    ).toBeDisabled();
    await userEvent.click(
      screen.getByRole('checkbox', {
        name: 'Microsoft 365 E5 assigned directly',
      }),
    );
    await create();
    expect(onCreate).toHaveBeenCalledWith({ skuIds: ['e5-id'] });
    expect(asked).toEqual(['/me']);
  });

  it('must be chosen', async () => {
    renderOwn();
    await screen.findByRole('checkbox', { name: /Microsoft 365 E5/ });
    await userEvent.click(screen.getByRole('button', { name: 'Review' }));
    expect(
      await screen.findAllByText(/Choose at least one license/),
    ).not.toHaveLength(0);
  });

  it('are those of the tenant that the template names', async () => {
    const own = [
      { tenant: 'contoso', account: { ...maya, licenses: [visio] } },
      { tenant: 'fabrikam', account: { ...maya, licenses: [e5] } },
    ];
    renderOwn(createApi({ own }), 'fabrikam');
    expect(
      await screen.findByRole('checkbox', { name: /Microsoft 365 E5/ }),
    ).toBeEnabled();
    expect(screen.queryByText(/Visio Plan 2/)).not.toBeInTheDocument();
  });

  it.each([
    ['no account', [], /No Microsoft 365 account of yours is known/],
    [
      'accounts in several tenants',
      [
        { tenant: 'contoso', account: maya },
        { tenant: 'fabrikam', account: maya },
      ],
      /to one of contoso, fabrikam/,
    ],
    [
      'no license',
      [{ tenant: 'contoso', account: { ...maya, licenses: [] } }],
      'You hold no license.',
    ],
    [
      'licenses by groups alone',
      [{ tenant: 'contoso', account: { ...maya, licenses: [visio] } }],
      /Groups grant all of your licenses/,
    ],
  ])('says so for somebody with %s', async (_, own, text) => {
    renderOwn(createApi({ own }));
    expect(await screen.findByText(text)).toBeVisible();
  });

  it('can be asked for again when that went wrong', async () => {
    const refuse = {
      path: '/me',
      status: 500,
      message: 'the database is away',
    };
    renderOwn(createApi({ refuse }));
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('the database is away');
    refuse.path = '/nothing';
    await userEvent.click(within(alert).getByRole('button'));
    expect(
      await screen.findByRole('checkbox', { name: /Microsoft 365 E5/ }),
    ).toBeEnabled();
  });
});

describe('a license of the tenant', () => {
  const renderSku = (api = createApi(), tenant?: string) =>
    renderFields(
      api,
      {
        skuId: {
          title: 'License',
          type: 'string',
          'ui:field': 'M365SkuPicker',
          'ui:options': { tenant },
        },
      },
      { required: ['skuId'] },
    );

  it('is found by part number or product name as one types, and stored', async () => {
    const { onCreate } = renderSku();
    const input = await screen.findByRole('combobox', { name: /License/ });
    await userEvent.type(input, 'client');
    const option = await screen.findByRole('option', { name: 'Visio Plan 2' });
    expect(
      within(option).getByText('VISIOCLIENT · 8 of 10 seats assigned'),
    ).toBeVisible();
    expect(screen.getAllByRole('option')).toHaveLength(1);
    await userEvent.clear(input);
    await userEvent.type(input, '365 e5');
    await userEvent.click(
      await screen.findByRole('option', { name: 'Microsoft 365 E5' }),
    );
    expect(input).toHaveValue('Microsoft 365 E5');
    await create();
    expect(onCreate).toHaveBeenCalledWith({ skuId: 'e5-id' });
  });

  it('names the permission that is missing', async () => {
    renderSku(
      createApi({
        refuse: {
          path: '/tenants/contoso/licenses',
          status: 403,
          message: 'no',
        },
      }),
      'contoso',
    );
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'm365-licenses.license.read',
    );
  });

  it('asks which tenant when there are several', async () => {
    renderSku(createApi({ tenants: ['contoso', 'fabrikam'] }));
    expect(
      await screen.findByText(/to one of contoso, fabrikam/),
    ).toBeVisible();
  });
});

describe('extensions', () => {
  it('load the fields for the scaffolder', async () => {
    const { formFieldLoader } = FormFieldBlueprint.dataRefs;
    const fields = await Promise.all([
      createExtensionTester(accountPickerExtension).get(formFieldLoader)(),
      createExtensionTester(accountsPickerExtension).get(formFieldLoader)(),
      createExtensionTester(licensePickerExtension).get(formFieldLoader)(),
      createExtensionTester(ownLicensePickerExtension).get(formFieldLoader)(),
      createExtensionTester(skuPickerExtension).get(formFieldLoader)(),
    ]);
    expect(fields).toMatchObject([
      { name: 'M365AccountPicker' },
      { name: 'M365AccountsPicker' },
      { name: 'M365LicensePicker' },
      { name: 'M365OwnLicensePicker' },
      { name: 'M365SkuPicker' },
    ]);
    expect(scaffolderExtensions).toHaveLength(fields.length);
  });
});
