import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { type Answer, refuse } from '../../__testUtils__/fakeBackend';
import {
  backTest,
  daysAgo,
  E3,
  forecast,
  history,
  license,
  licenseDetail,
  minutesAgo,
  VISIO,
} from '../../__testUtils__/fixtures';
import { renderPage } from '../../__testUtils__/render';
import { LicensePage } from './LicensePage';

const LICENSE = `/tenants/contoso/licenses/${E3}`;
const BACK_TEST = '/tenants/contoso/back-test';

const render = (answers: Record<string, Answer> = {}, query = '') =>
  renderPage(<LicensePage />, {
    path: '/licenses/:skuId',
    at: `/licenses/${E3}${query}`,
    answers,
  });

const section = async (title: string) => {
  const heading = await screen.findByRole('heading', { name: title });
  return heading.closest<HTMLElement>('.bui-Card')!;
};

describe('the trend of a license', () => {
  it('is that of the license, with when its seats run out and how that is known', async () => {
    const { queriesOf } = render({
      [`GET ${LICENSE}`]: () =>
        licenseDetail({
          forecast: forecast({
            runsOutOn: '2027-03-03',
            from: '2026-09-24',
            to: '2026-11-23',
          }),
        }),
    });
    const trend = await section('Trend');
    expect(await within(trend).findByText(/At the pace of/)).toHaveTextContent(
      'At the pace of September 24, 2026 to November 23, 2026 (+4.2 seats in 30 days), the seats run out around March 3, 2027.',
    );
    expect(trend).toHaveTextContent(
      'A straight line through the assigned seats of 61 days.',
    );
    expect(queriesOf('/tenants/contoso/history')).toEqual([
      { days: '90', skuId: E3 },
    ]);
  });

  it('says when they do not run out', async () => {
    render({
      [`GET ${LICENSE}`]: () =>
        licenseDetail({
          forecast: forecast({ runsOutOn: null, perMonth: -3 }),
        }),
    });
    expect(
      await screen.findByText(
        /\(-3 seats in 30 days\), the seats do not run out within two years/,
      ),
    ).toBeInTheDocument();
  });

  it('says what a forecast needs', async () => {
    render({
      [`GET ${LICENSE}`]: () => licenseDetail({ forecast: null }),
      'GET /tenants/contoso/history': () => history([2, 1, 0]),
    });
    expect(
      await screen.findByText(
        'A forecast needs 14 days of history; there are 3 in what is shown.',
      ),
    ).toBeInTheDocument();
  });
});

describe('the back-test of a license', () => {
  it('says of each threshold how many were used again', async () => {
    const { queriesOf } = render();
    const table = await screen.findByRole('grid', {
      name: 'Thresholds on that day',
    });
    expect(
      within(table)
        .getAllByRole('row')
        .slice(1)
        .map(row => row.textContent),
    ).toEqual(['30 days80020025%', '60 days412379%', '90 days00–']);
    expect(queriesOf(BACK_TEST)).toEqual([{ on: daysAgo(90), skuId: E3 }]);
    expect(
      await section('How right a threshold would have been'),
    ).toHaveTextContent('used again within 60 days');
  });

  it('begins with the first day that is possible', async () => {
    const { queriesOf } = render({
      [`GET ${BACK_TEST}`]: ({ query }) =>
        backTest({
          on: query.on,
          since: daysAgo(40),
          complete: false,
          items: query.on === daysAgo(40) ? backTest().items : [],
        }),
    });
    await screen.findByRole('grid', { name: 'Thresholds on that day' });
    expect(queriesOf(BACK_TEST).map(({ on }) => on)).toEqual([
      daysAgo(90),
      daysAgo(40),
    ]);
    expect(screen.getByText(/the share may still grow/)).toBeInTheDocument();
  });

  it('takes the day from the address, and says when history does not reach so far', async () => {
    render(
      {
        [`GET ${BACK_TEST}`]: ({ query }) =>
          backTest({ on: query.on, since: '2026-10-01', items: [] }),
      },
      '?on=2026-01-05',
    );
    expect(
      await screen.findByText('Not possible for this day'),
    ).toBeInTheDocument();
    expect(
      screen.getByText(/The history of activity begins on October 1, 2026/),
    ).toBeInTheDocument();
  });

  it('says so while there is no history at all', async () => {
    render({
      [`GET ${BACK_TEST}`]: () => backTest({ since: null, items: [] }),
    });
    expect(await screen.findByText('Not possible yet')).toBeInTheDocument();
  });

  it('is asked again for a day that is typed', async () => {
    const { queriesOf } = render(
      {
        [`GET ${BACK_TEST}`]: ({ query }) =>
          backTest({ on: query.on, since: '2020-01-01' }),
      },
      '?on=2026-01-05',
    );
    const field = await screen.findByRole('group', { name: /Day in the past/ });
    await userEvent.click(
      within(field).getByRole('spinbutton', { name: /day/ }),
    );
    await userEvent.keyboard('17');
    await waitFor(() =>
      expect(queriesOf(BACK_TEST).at(-1)).toMatchObject({ on: '2026-01-17' }),
    );
    expect(screen.getByLabelText('address')).toHaveTextContent('on=2026-01-17');
  });
});

describe('smaller licenses', () => {
  it('are named with what would be lost, and whether that can be told', async () => {
    const from = { skuId: E3, displayName: 'Microsoft 365 E3' };
    render({
      [`GET ${LICENSE}`]: () =>
        licenseDetail({
          downgrades: [
            {
              from,
              to: { skuId: VISIO, displayName: 'Office 365 E1' },
              services: ['skypeForBusiness'],
              unobservable: ['Intune'],
            },
            {
              from,
              to: { skuId: 'f3', displayName: 'Microsoft 365 F3' },
              services: [],
              unobservable: [],
            },
          ],
        }),
    });
    const smaller = await section('Smaller licenses');
    expect(
      within(smaller)
        .getAllByRole('listitem')
        .map(({ textContent }) => textContent),
    ).toEqual([
      'Office 365 E1It lacks Skype for Business. Holders who show no activity there are candidates.1 plan it lacks, whose use no report showsIntune',
      'Microsoft 365 F3Whether it would do cannot be told: no report shows the use of what it lacks.',
    ]);
    expect(
      within(smaller).getByRole('link', { name: 'Open these candidates' }),
    ).toHaveAttribute(
      'href',
      `/m365-licenses/candidates?tenant=contoso&skuId=${E3}&reason=downgrade`,
    );
    expect(
      screen.getByRole('link', { name: 'Open its candidates' }),
    ).toHaveAttribute(
      'href',
      `/m365-licenses/candidates?tenant=contoso&skuId=${E3}`,
    );
  });
});

describe('name, type and seats of a license', () => {
  it('are read-only with where they came from', async () => {
    render();
    const details = await section('Name, type and seats');
    expect(details).toHaveTextContent(
      'Seats bought10,000 (from Microsoft, captured 42 minutes ago)',
    );
    expect(within(details).queryByRole('form')).not.toBeInTheDocument();
  });

  const editable = () =>
    licenseDetail({
      editable: true,
      license: license({
        bought: 10500,
        entered: {
          displayName: null,
          appliesTo: null,
          bought: 10500,
          captured: {
            displayName: 'Microsoft 365 E3',
            appliesTo: 'User',
            bought: 10000,
          },
          by: 'plugin:itam',
          at: minutesAgo(120),
        },
      }),
    });

  it('are entered while License Information is switched off', async () => {
    const { received, post } = render({
      [`GET ${LICENSE}`]: editable,
      [`PUT ${LICENSE}`]: editable,
    });
    const details = await section('Name, type and seats');
    expect(details).toHaveTextContent(
      'Seats bought10,500 (entered by plugin:itam 2 hours ago)',
    );
    expect(details).toHaveTextContent('from Microsoft, captured');
    await userEvent.type(
      within(details).getByRole('textbox', { name: 'Name' }),
      'Our E3',
    );
    const seats = within(details).getByRole('textbox', {
      name: 'Seats bought',
    });
    expect(seats).toHaveValue('10500');
    await userEvent.clear(seats);
    await userEvent.click(
      within(details).getByRole('button', { name: 'Save' }),
    );
    await waitFor(() =>
      expect(post).toHaveBeenCalledWith(
        expect.objectContaining({ title: 'The license was saved' }),
      ),
    );
    expect(received.find(({ method }) => method === 'PUT')).toMatchObject({
      path: LICENSE,
      body: { displayName: 'Our E3', appliesTo: null, bought: null },
    });
  });

  it('say so when the task was switched on meanwhile', async () => {
    render({
      [`GET ${LICENSE}`]: editable,
      [`PUT ${LICENSE}`]: refuse(409, 'It is on'),
    });
    const details = await section('Name, type and seats');
    await userEvent.click(
      within(details).getByRole('button', { name: 'Save' }),
    );
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'License Information was switched on meanwhile',
    );
  });
});
