import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BehaviourChooser } from './choose-behaviour.js';
import type { RequestLog } from './request-log.js';

/** What tests may look at and turn. */
export interface Controls {
  log: RequestLog;
  chooser: BehaviourChooser;
  connections: { open: number; total: number };
  inFlight: number;
}

/** The paths under `/__` that tests use and providers do not have. */
export function handleControl(
  controls: Controls,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): void {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const handle = ROUTES[`${request.method} ${url.pathname}`];
  try {
    const answer = handle ? handle(controls, url.searchParams, body.toString('utf8')) : { error: 'no such control' };
    response.writeHead(handle ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  } catch (error) {
    response.writeHead(400).end(error instanceof Error ? error.message : String(error));
  }
}

const ROUTES: Record<string, (controls: Controls, query: URLSearchParams, body: string) => unknown> = {
  'GET /__log': ({ log }, query) => ({ entries: log.since(Number(query.get('since') ?? 0)), last: log.count }),
  'DELETE /__log': ({ log, chooser }) => {
    log.clear();
    chooser.clear();
    return { last: log.count };
  },
  'GET /__stats': ({ log, connections, inFlight }) => ({ connections, requests: log.count, inFlight }),
  'PUT /__behaviour': ({ chooser }, query, body) => {
    chooser.order(query.get('model') ?? '', body);
    return {};
  },
};
