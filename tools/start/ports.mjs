// @ts-check
import { createServer } from 'node:net';
import { PlainFailure } from '../bootstrap/plain-failure.mjs';

/** @typedef {{ host: string, port: number, name: 'GATEWAY' | 'ADMIN' | 'METRICS' }} Listener */

/** Throws one sentence where an address cannot be listened on, before anything was started. @param {Listener[]} listeners */
export async function assertFree(listeners) {
  for (const [index, { host, port, name }] of listeners.entries()) {
    const twin = listeners.slice(0, index).find((other) => other.port === port);
    if (twin) throw new PlainFailure(`${twin.name}_PORT and ${name}_PORT are both ${port}: give each its own.`);
    const problem = await tryListen(port, host);
    if (problem === 'EADDRINUSE') {
      throw new PlainFailure(
        `Port ${port} on ${host} is already in use: stop what uses it, or set ${name}_PORT to another.`,
      );
    }
    if (problem === 'EACCES')
      throw new PlainFailure(`Port ${port} may not be used by this user: set ${name}_PORT to one above 1023.`);
    if (problem) throw new PlainFailure(`${name}_HOST is ${host}, where this machine cannot listen (${problem}).`);
  }
}

/** The wanted loopback port if it is free, else one the system chooses. @param {number | undefined} wanted @returns {Promise<number>} */
export async function chooseLoopbackPort(wanted) {
  if (wanted && (await tryListen(wanted, '127.0.0.1')) === undefined) return wanted;
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/** Where to reach something that listens on this host and port, from this machine. @param {string} host @param {number} port */
export function urlOf(host, port) {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

/** The error code that listening meets; undefined where it works. @param {number} port @param {string} host @returns {Promise<string | undefined>} */
function tryListen(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', (/** @type {NodeJS.ErrnoException} */ error) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}
