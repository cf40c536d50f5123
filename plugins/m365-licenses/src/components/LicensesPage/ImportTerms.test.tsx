import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { TermsImport } from 'backstage-plugin-m365-licenses-common';
import { interceptDownload } from '../../__testUtils__/download';
import { type Answer, refuse } from '../../__testUtils__/fakeBackend';
import { E3, term, termInput, VISIO } from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { LicensesPage } from './LicensesPage';

const IMPORT = '/tenants/contoso/terms/import';
const CSV = 'skuId,cost\nx,1';

const result = (values: Partial<TermsImport> = {}): TermsImport => ({
  applied: false,
  revision: 'rev1',
  problems: [],
  changes: [
    {
      skuId: VISIO,
      displayName: 'Visio Plan 2',
      action: 'unchanged',
      before: termInput(),
      after: termInput(),
    },
    {
      skuId: E3,
      displayName: 'Microsoft 365 E3',
      action: 'changed',
      before: termInput(),
      after: termInput({ cost: '28.50', purchaseIdentifier: null }),
    },
    {
      skuId: E3,
      displayName: 'Microsoft 365 E3',
      action: 'added',
      before: null,
      after: termInput({ cost: '1' }),
    },
    {
      skuId: E3,
      displayName: 'Microsoft 365 E3',
      action: 'removed',
      before: termInput({ cost: '2' }),
      after: null,
    },
  ],
  ...values,
});

async function open(answer: Answer) {
  const backend = renderPage(<LicensesPage />, {
    path: '/licenses',
    answers: { [`POST ${IMPORT}`]: answer },
  });
  await userEvent.click(
    await screen.findByRole('button', { name: 'Import terms' }),
  );
  await screen.findByRole('dialog', { name: 'Import terms from CSV' });
  const sent = () =>
    backend.received.filter(({ path }) => path === IMPORT).map(r => r.body);
  return { ...backend, sent };
}

const paste = async (text: string) => {
  await userEvent.click(screen.getByRole('textbox', { name: 'CSV' }));
  await userEvent.paste(text);
};

const press = (name: string) =>
  userEvent.click(screen.getByRole('button', { name }));

describe('ImportTerms', () => {
  it('shows what changes, then applies it', async () => {
    const { sent, post, queriesOf } = await open(({ body }) =>
      result({ applied: (body as { apply: boolean }).apply }),
    );
    expect(screen.getByRole('button', { name: 'Preview' })).toBeDisabled();
    await paste(CSV);
    await press('Preview');
    const table = await screen.findByRole('grid', { name: 'Changes' });
    expect(
      within(table)
        .getAllByRole('row')
        .slice(1)
        .map(row =>
          within(row)
            .getAllByRole('gridcell')
            .slice(0, 1)
            .map(cell => cell.textContent),
        )
        .flat(),
    ).toEqual(['Added', 'Changed', 'Removed', 'Unchanged']);
    expect(within(table).getAllByRole('row')[2]).toHaveTextContent(
      'Cost per seat:30.00Purchase identifier:PO-4711Cost per seat:28.50Purchase identifier:Empty',
    );

    await press('Apply 3 changes');
    await waitFor(() =>
      expect(post).toHaveBeenCalledWith(
        expect.objectContaining({ title: '3 changes were applied' }),
      ),
    );
    expect(sent()).toEqual([
      { csv: CSV, apply: false },
      { csv: CSV, apply: true, revision: 'rev1' },
    ]);
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
    // The table shows the new prices.
    await waitFor(() =>
      expect(queriesOf('/tenants/contoso/licenses')).toHaveLength(2),
    );
  });

  it('lists problems by line, and applies nothing', async () => {
    await open(() =>
      result({
        problems: [
          { line: 3, column: 'cost', message: 'Write 12.50, not 12,50' },
          { line: 7, column: null, message: 'No license has this skuId' },
        ],
      }),
    );
    await paste(CSV);
    await press('Preview');
    expect(await screen.findByRole('alert')).toHaveTextContent(
      '2 problems: nothing can be changed yet',
    );
    const table = screen.getByRole('grid', { name: 'Problems by line' });
    expect(
      within(table)
        .getAllByRole('row')
        .slice(1)
        .map(row => row.textContent),
    ).toEqual(['3costWrite 12.50, not 12,50', '7–No license has this skuId']);
    expect(
      screen.queryByRole('button', { name: /Apply/ }),
    ).not.toBeInTheDocument();
  });

  it('asks for a new preview when the text changes', async () => {
    await open(() => result());
    await paste(CSV);
    await press('Preview');
    await screen.findByRole('button', { name: 'Apply 3 changes' });
    await paste('\ny,2');
    expect(
      screen.queryByRole('button', { name: /Apply/ }),
    ).not.toBeInTheDocument();
  });

  it('offers nothing to apply where nothing changes', async () => {
    await open(() => result({ changes: result().changes.slice(0, 1) }));
    await paste(CSV);
    await press('Preview');
    expect(
      await screen.findByText('Nothing would change.'),
    ).toBeInTheDocument();
    expect(
      screen.queryByRole('button', { name: /Apply/ }),
    ).not.toBeInTheDocument();
  });

  it('says so when nothing was applied after all', async () => {
    await open(() => result());
    await paste(CSV);
    await press('Preview');
    await userEvent.click(
      await screen.findByRole('button', { name: 'Apply 3 changes' }),
    );
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Nothing was applied',
    );
  });

  it('asks for a new preview when somebody changed terms meanwhile', async () => {
    const { sent } = await open(request =>
      (request.body as { apply: boolean }).apply
        ? refuse(409, 'They were changed')(request)
        : result(),
    );
    await paste(CSV);
    await press('Preview');
    await userEvent.click(
      await screen.findByRole('button', { name: 'Apply 3 changes' }),
    );
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Somebody changed terms meanwhile: nothing was applied',
    );
    expect(
      screen.queryByRole('button', { name: /Apply/ }),
    ).not.toBeInTheDocument();
    await press('Preview');
    expect(
      await screen.findByRole('button', { name: 'Apply 3 changes' }),
    ).toBeInTheDocument();
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
    expect(sent()).toHaveLength(3);
  });

  it('reads a file, and refuses one that is not UTF-8', async () => {
    const { sent } = await open(() => result());
    const input = screen.getByLabelText('CSV file');
    await userEvent.upload(
      input,
      new File([Uint8Array.of(0x4d, 0xfc, 0x6c)], 'terms.csv'),
    );
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'It is not written in UTF-8',
    );
    await userEvent.upload(input, new File([CSV], 'terms.csv'));
    await waitFor(() =>
      expect(screen.getByRole('textbox', { name: 'CSV' })).toHaveValue(CSV),
    );
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
    await press('Preview');
    await waitFor(() => expect(sent()).toEqual([{ csv: CSV, apply: false }]));
  });

  it('shows why the backend refused, and keeps the text', async () => {
    await open(refuse(503, 'The database does not answer'));
    await paste(CSV);
    await press('Preview');
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The database does not answer',
    );
    expect(screen.getByRole('textbox', { name: 'CSV' })).toHaveValue(CSV);
  });
});

describe('the export of terms', () => {
  it('has the columns that the import reads, safe from formulas', async () => {
    const csv = interceptDownload();
    renderPage(<LicensesPage />, {
      path: '/licenses',
      answers: {
        'GET /tenants/contoso/terms': () => ({
          items: [
            {
              skuId: E3,
              skuPartNumber: 'SPE_E3',
              displayName: 'Microsoft 365 E3',
              term: term({
                effectiveDate: '2026-01-01',
                expirationDate: null,
                notes: '=1+1',
              }),
            },
          ],
          totalItems: 1,
        }),
      },
    });
    await screen.findByRole('row', { name: /SPE_E3/ });
    await userEvent.click(screen.getByRole('button', { name: 'Export terms' }));
    await waitFor(() =>
      expect(csv().split('\r\n')).toEqual([
        '\ufeffskuId,skuPartNumber,displayName,subscriptionId,cost,currency,frequency,quantity,effectiveDate,expirationDate,purchaseIdentifier,notes,administrator',
        `${E3},SPE_E3,Microsoft 365 E3,,30.00,EUR,monthly,10000,2026-01-01,,PO-4711,'=1+1,user:default/maya`,
        '',
      ]),
    );
  });
});
