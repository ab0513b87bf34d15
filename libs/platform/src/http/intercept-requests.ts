import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { isStopping } from './drain.js';

/** Looks at a request before the framework does. True where it has answered it. */
export type Interceptor = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * Lets an interceptor see every request before the listeners that a server has now, which then see only those it did not answer. A server
 * that is about to stop does without it.
 */
export function interceptRequests(server: Server, intercept: Interceptor): void {
  const listeners = server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    if (!isStopping(server) && intercept(request, response)) return;
    for (const listener of listeners) listener.call(server, request, response);
  });
}
