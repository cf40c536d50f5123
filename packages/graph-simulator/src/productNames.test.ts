import { PRODUCTS, Simulator, startSimulator } from './index';

describe('the list of product names', () => {
  let simulator: Simulator;

  beforeAll(async () => {
    simulator = await startSimulator({ accounts: 20 });
  });
  afterEach(() => simulator.faults.clear());
  afterAll(() => simulator.stop());

  const get = (etag?: string | null) =>
    fetch(`${simulator.url}/product-names.csv`, {
      headers: etag ? { 'if-none-match': etag } : {},
    });

  it('has a row for each service plan of each product', async () => {
    const response = await get();
    const bytes = Buffer.from(await response.arrayBuffer());
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const [header, ...rows] = bytes.toString().slice(1).trimEnd().split('\r\n');
    expect(header).toBe(
      'Product_Display_Name,String_Id,GUID,Service_Plan_Name,Service_Plan_Id,Service_Plans_Included_Friendly_Names',
    );
    expect(rows).toHaveLength(
      Object.values(PRODUCTS).reduce((sum, { plans }) => sum + plans.length, 0),
    );
    expect(rows).toContain(
      'Visio Plan 2,VISIOCLIENT,c5928f49-12ba-48f7-ada3-0d743a3601d5,ONEDRIVE_BASIC,da792a53-cbc0-4184-a10d-e544dd34b3c1,ONEDRIVE BASIC',
    );
  });

  it('is not sent again to who has it', async () => {
    const first = await get();
    const etag = first.headers.get('etag');
    const again = await get(etag);
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
    simulator.faults.productNames = { dropColumns: ['GUID'] };
    expect((await get(etag)).status).toBe(200);
  });

  it('lacks columns, ends early or is refused', async () => {
    const whole = await (await get()).text();

    simulator.faults.productNames = { dropColumns: ['GUID', 'String_Id'] };
    expect(await (await get()).text()).toMatch(
      /^Product_Display_Name,Service_Plan_Name,Service_Plan_Id,Service/,
    );

    simulator.faults.productNames = { truncate: 'row' };
    const cut = await (await get()).text();
    expect(whole.startsWith(cut)).toBe(true);
    expect(cut.split('\r\n').at(-1)?.split(',').length).toBeLessThan(6);

    simulator.faults.productNames = { truncate: 'connection' };
    const response = await get();
    await expect(response.text()).rejects.toThrow();

    const posted = await fetch(`${simulator.url}/simulator/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ productNames: { status: 503 } }),
    });
    expect(await posted.json()).toMatchObject({
      productNames: { status: 503 },
    });
    expect((await get()).status).toBe(503);
    simulator.faults.clear();
    expect((await get()).status).toBe(200);
  });
});
