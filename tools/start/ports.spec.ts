import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { assertFree, chooseLoopbackPort, urlOf } from './ports.mjs';

describe('ports', () => {
  let server: Server;
  let taken: number;
  beforeAll(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    taken = (server.address() as AddressInfo).port;
  });
  afterAll(() => void server.close());

  it('says which variable moves a listener away from a port in use', async () => {
    await expect(assertFree([{ name: 'ADMIN', host: '127.0.0.1', port: taken }])).rejects.toThrow(
      `Port ${taken} on 127.0.0.1 is already in use: stop what uses it, or set ADMIN_PORT to another.`,
    );
  });

  it('refuses two listeners on one port, and an address that is not of this machine', async () => {
    const free = await chooseLoopbackPort(undefined);
    const gateway = { name: 'GATEWAY' as const, host: '127.0.0.1', port: free };
    await expect(assertFree([gateway, { ...gateway, name: 'METRICS' }])).rejects.toThrow(
      `GATEWAY_PORT and METRICS_PORT are both ${free}: give each its own.`,
    );
    await expect(assertFree([{ ...gateway, host: '192.0.2.1' }])).rejects.toThrow(/^GATEWAY_HOST is 192\.0\.2\.1/);
    await expect(assertFree([gateway])).resolves.toBeUndefined();
  });

  it('keeps the wanted port while it is free', async () => {
    const free = await chooseLoopbackPort(undefined);
    expect(await chooseLoopbackPort(free)).toBe(free);
    expect(await chooseLoopbackPort(taken)).not.toBe(taken);
  });

  it('reaches what listens everywhere by loopback', () => {
    expect(urlOf('0.0.0.0', 3000)).toBe('http://127.0.0.1:3000');
    expect(urlOf('::1', 3000)).toBe('http://[::1]:3000');
  });
});
