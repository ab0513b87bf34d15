import type { Server } from 'node:http';

const IDLE_CHECK_INTERVAL_MS = 50;

/**
 * Stops accepting connections and waits until the running answers have been sent; idle connections are closed. Resolves to false where some
 * had to be cut after `timeoutMs`.
 */
export async function drain(server: Server, timeoutMs: number): Promise<boolean> {
  if (!server.listening) return true;
  let isDrained = true;
  await new Promise<void>((resolve) => {
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_INTERVAL_MS);
    const deadline = setTimeout(() => {
      isDrained = false;
      server.closeAllConnections();
    }, timeoutMs);
    server.close(() => {
      clearInterval(idle);
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
  });
  return isDrained;
}
