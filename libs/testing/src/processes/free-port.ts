import { createServer, type AddressInfo } from 'node:net';

/** Ports that are free on loopback now, all different. Whoever uses one should still be ready to find it taken. */
export async function findFreePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(servers.map((server) => new Promise<void>((done) => server.listen(0, '127.0.0.1', done))));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

/** One port that is free on loopback now. */
export async function findFreePort(): Promise<number> {
  const [port] = await findFreePorts(1);
  if (port === undefined) throw new Error('no free port');
  return port;
}

const ATTEMPTS_MAX = 4;
const PORT_TAKEN = /EADDRINUSE|another program uses this port|Address already in use/;

/** Starts something on free ports; on others where somebody else was quicker. */
export async function onFreePorts<T>(count: number, start: (ports: number[]) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await findFreePorts(count));
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || !PORT_TAKEN.test(String(error))) throw error;
    }
  }
}
