import { GraphClient } from './__testUtils__/GraphClient';
import { Simulator, startSimulator } from './index';

const ACTIVE = "getOffice365ActiveUserDetail(period='D30')";
const EMAIL = "getEmailAppUsageUserDetail(period='D180')";

describe('usage reports', () => {
  let simulator: Simulator;
  let client: GraphClient;

  beforeAll(async () => {
    simulator = await startSimulator({
      accounts: 400,
      now: new Date('2026-10-10'),
    });
    client = new GraphClient(simulator);
  });
  afterEach(() => {
    simulator.faults.clear();
    simulator.requests.reset();
  });
  afterAll(() => simulator.stop());

  it('redirects to a download elsewhere: a file with a byte order mark', async () => {
    const response = await client.fetch(`/reports/${ACTIVE}`);
    expect(response.status).toBe(302);
    const location = response.headers.get('location') ?? '';
    expect(location.startsWith(`${simulator.downloadUrl}/`)).toBe(true);
    expect(new URL(location).origin).not.toBe(simulator.url);
    const download = await fetch(location);
    expect(download.headers.get('content-type')).toBe(
      'application/octet-stream',
    );
    const bytes = Buffer.from(await download.arrayBuffer());
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  });

  it('refuses and counts a bearer sent to the download host', async () => {
    const location = await client.reportLocation(ACTIVE);
    const response = await client.fetch(location);
    expect(response.status).toBe(400);
    expect(simulator.requests.bearerSentToDownloadHost).toBe(1);
  });

  it('refuses expired links, other periods and other reports', async () => {
    const location = await client.reportLocation(ACTIVE);
    simulator.expireDownloads();
    expect((await fetch(location)).status).toBe(403);
    const period = ACTIVE.replace('D30', 'D60');
    expect((await client.refusal(`/reports/${period}`))[0]).toBe(400);
    expect((await client.refusal('/reports/getNothing()'))[0]).toBe(404);
  });

  it('names the columns of the active user report', async () => {
    const [header] = await client.report(ACTIVE);
    expect(header).toBe(
      'Report Refresh Date,User Principal Name,Display Name,Is Deleted,Deleted Date,Has Exchange License,Has OneDrive License,Has SharePoint License,Has Skype For Business License,Has Yammer License,Has Teams License,Exchange Last Activity Date,OneDrive Last Activity Date,SharePoint Last Activity Date,Skype For Business Last Activity Date,Yammer Last Activity Date,Teams Last Activity Date,Exchange License Assign Date,OneDrive License Assign Date,SharePoint License Assign Date,Skype For Business License Assign Date,Yammer License Assign Date,Teams License Assign Date,Assigned Products',
    );
  });

  it('names the columns of the email app report', async () => {
    const [header] = await client.report(EMAIL);
    expect(header).toBe(
      'Report Refresh Date,User Principal Name,Display Name,Is Deleted,Deleted Date,Last Activity Date,Mail For Mac,Outlook For Mac,Outlook For Windows,Outlook For Mobile,Other For Mobile,Outlook For Web,POP3 App,IMAP4 App,SMTP App,Report Period',
    );
  });

  it('has a row for every licensed, deleted and unknown person', async () => {
    const [, ...rows] = await client.report(ACTIVE);
    const { truth } = simulator.tenant;
    const cells = rows.map(row => row.split(','));
    expect(cells.every(row => row.length === 24)).toBe(true);
    expect(cells.every(row => row[0] === '2026-10-07')).toBe(true);
    expect(cells.filter(row => row[3] === 'True')).toHaveLength(
      truth.softDeleted,
    );
    expect(cells.filter(row => row[1] === '(Unknown)')).toHaveLength(1);
    const unmatched = cells.filter(
      row => row[3] === 'False' && !simulator.tenant.find(row[1]),
    );
    expect(unmatched).toHaveLength(truth.strangers + 1);
    const known = cells.filter(row => simulator.tenant.find(row[1]));
    const withTeams = known.filter(row => row[16] !== '');
    expect(withTeams).toHaveLength(truth.activity.teams);
    expect(known.length).toBeGreaterThanOrEqual(truth.licensed);
  });

  it('shows Outlook where an Outlook client was used in the period', async () => {
    const [, ...rows] = await client.report(EMAIL);
    const outlook = rows.filter(row => {
      const cells = row.split(',');
      return (
        simulator.tenant.find(cells[1]) &&
        [cells[7], cells[8], cells[9], cells[11]].some(cell => cell !== '')
      );
    });
    const opened = '2026-04-11';
    const expected = simulator.tenant.accounts.filter(
      ({ activity }) => activity.outlook && activity.outlook >= opened,
    );
    expect(outlook).toHaveLength(expected.length);
    expect(rows[0].endsWith(',180')).toBe(true);
  });

  it('tells of activity only in services that are licensed, or of guests', async () => {
    const [, ...rows] = await client.report(ACTIVE);
    const unlicensed = rows
      .map(row => row.split(','))
      .filter(
        cells =>
          simulator.tenant.find(cells[1])?.userType === 'Member' &&
          [0, 1, 2, 3, 4, 5].some(
            service =>
              cells[11 + service] !== '' && cells[5 + service] !== 'True',
          ),
      );
    expect(unlicensed).toEqual([]);
  });

  it('conceals names, and the settings say so', async () => {
    simulator.faults.concealNames = true;
    const [, ...rows] = await client.report(ACTIVE);
    const names = rows.map(row => row.split(',').slice(1, 3)).slice(0, -1);
    expect(names.flat().every(name => /^[0-9A-F]{32}$/.test(name))).toBe(true);
    expect(await client.get('/admin/reportSettings')).toMatchObject({
      displayConcealedNames: true,
    });
  });

  it('drops and reorders columns, ages, and breaks rows as told', async () => {
    simulator.faults.reports = {
      dropColumns: ['Deleted Date'],
      reverseColumns: true,
      malformedRows: 3,
      staleDays: 6,
      unknownRow: false,
    };
    const [header, ...rows] = await client.report(EMAIL);
    const columns = header.split(',');
    expect(columns[0]).toBe('Report Period');
    expect(columns).not.toContain('Deleted Date');
    expect(rows[0].split(',').at(-1)).toBe('2026-10-01');
    expect(rows.filter(row => row.includes('malformed'))).toHaveLength(3);
    expect(rows.some(row => row.includes('(Unknown)'))).toBe(false);
  });

  it('ends a file in the middle of a row, or cuts its connection', async () => {
    const whole = await client.report(ACTIVE);
    simulator.faults.reports = { truncate: 'row' };
    const short = await client.report(ACTIVE);
    expect(short.length).toBeLessThan(whole.length);
    expect(short.at(-1)?.split(',').length).toBeLessThan(24);

    simulator.faults.reports = { truncate: 'connection' };
    const cut = await fetch(await client.reportLocation(ACTIVE));
    expect(Number(cut.headers.get('content-length'))).toBeGreaterThan(0);
    await expect(cut.text()).rejects.toThrow();
  });
});
