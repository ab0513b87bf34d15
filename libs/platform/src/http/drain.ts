import type { IncomingMessage, Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

type Connection = IncomingMessage['socket'];

const IDLE_CHECK_INTERVAL_MS = 50;
/** How long a connection that has sent nothing yet may still send its first request. */
const UNUSED_GRACE_MS = 500;
const unusedConnections = new WeakMap<Server, Set<Connection>>();
const stopping = new WeakSet<Server>();

/** Remembers connections on which nothing has come yet. Node does not call them idle, and a drain must not wait for them. */
export function watchUnusedConnections(server: Server): void {
  const unused = new Set<Connection>();
  unusedConnections.set(server, unused);
  server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', ({ socket }) => unused.delete(socket));
}

/** True once a server is on its way to stop: each answer is then the last one on its connection. */
export function isStopping(server: Server): boolean {
  return stopping.has(server) || !server.listening;
}

/** How long a drain may take, and who is told before what remains is cut. */
export interface DrainOptions {
  /** How long the server goes on accepting before it stops, ending each connection after its next answer. */
  readonly delayMs?: number;
  readonly timeoutMs: number;
  readonly beforeCut?: (() => Promise<void>) | undefined;
}

/**
 * For the delay, still accepts and answers, so that whoever balances load can turn elsewhere; then stops accepting connections and waits until
 * the running answers have been sent; idle connections are closed, unused ones soon after. Resolves to false where some had to be cut.
 */
export async function drain(server: Server, { delayMs = 0, timeoutMs, beforeCut }: DrainOptions): Promise<boolean> {
  if (!server.listening) return true;
  stopping.add(server);
  if (delayMs > 0) await pause(delayMs);
  let isDrained = true;
  await new Promise<void>((resolve) => {
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_INTERVAL_MS);
    const unused = setTimeout(() => closeUnusedConnections(server), UNUSED_GRACE_MS);
    const deadline = setTimeout(() => {
      isDrained = false;
      void Promise.resolve(beforeCut?.()).finally(() => server.closeAllConnections());
    }, timeoutMs);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(unused);
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
  });
  return isDrained;
}

function closeUnusedConnections(server: Server): void {
  for (const socket of unusedConnections.get(server) ?? []) if (socket.bytesRead === 0) socket.destroy();
}
