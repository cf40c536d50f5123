import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { download } from './download';

describe('download', () => {
  it.each([
    ['says nothing', undefined],
    ['stops talking', 'Product_Display_Name,'],
  ])('gives up on a host that %s', async (_what, beginning) => {
    const server = createServer((_request, response) => {
      if (beginning) {
        response.write(beginning);
      }
    });
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    try {
      await expect(
        download(`http://127.0.0.1:${port}/names.csv`, { patienceMs: 200 }),
      ).rejects.toMatchObject({
        name: 'ProductNamesError',
        message: `127.0.0.1:${port} did not send the file within 0.2 s`,
      });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
