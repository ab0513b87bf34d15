import { createServer, type IncomingMessage, type Server } from 'node:http';
import { Behaviour } from './behaviours.js';
import { BehaviourChooser } from './choose-behaviour.js';
import { deliver } from './deliver.js';
import { handleControl, type Controls } from './control.js';
import { jsonAnswer, type Exchange } from './exchange.js';
import { ANTHROPIC } from './anthropic-messages/protocol.js';
import { AZURE } from './azure-openai/protocol.js';
import { BESIDE_CHATS } from './beside-chats/protocol.js';
import { MEDIA } from './media/protocol.js';
import { GEMINI } from './gemini-generate/protocol.js';
import { OPENAI } from './openai-chat/protocol.js';
import { OPENAI_RESPONSES } from './openai-responses/protocol.js';
import { VIDEOS } from './videos/protocols.js';
import type { Protocol, ProviderError } from './protocol.js';
import { read } from './read-request.js';
import { RequestLog } from './request-log.js';
import { errorAnswer } from './substitute-answer.js';

/** `logSizeMax` requests are kept for queries (0: none), all of them in `logFile`. */
export interface FakeUpstreamOptions {
  logSizeMax?: number;
  logFile?: string;
}

const LOG_SIZE_MAX = 20_000;
/** The first speaks wherever nobody else does. */
const PROTOCOLS: readonly Protocol[] = [
  OPENAI,
  OPENAI_RESPONSES,
  BESIDE_CHATS,
  AZURE,
  MEDIA,
  ANTHROPIC,
  ...VIDEOS,
  GEMINI,
];

/** A server that speaks the protocols of upstream providers and misbehaves on demand. */
export function createFakeUpstream(options: FakeUpstreamOptions = {}): { server: Server; log: RequestLog } {
  const log = new RequestLog(options.logSizeMax ?? LOG_SIZE_MAX, options.logFile);
  const chooser = new BehaviourChooser();
  const controls: Controls = { log, chooser, connections: { open: 0, total: 0 }, inFlight: 0 };
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const url = request.url ?? '/';
    if (url.startsWith('/__'))
      return void readBody(request, (body) => handleControl(controls, request, response, body));
    controls.inFlight++;
    const entry = log.open(request.method ?? '', url, request.headers);
    response.once('close', () => {
      controls.inFlight--;
      log.close(entry, response.writableFinished);
    });
    readBody(request, (body) => {
      void serve({ request, response, body: {}, files: [], behaviour: Behaviour.none, entry }, body, chooser);
    });
  });
  server.on('connection', (socket) => {
    socket.setNoDelay(true);
    controls.connections.open++;
    controls.connections.total++;
    socket.once('close', () => controls.connections.open--);
  });
  return { server, log };
}

async function serve(exchange: Exchange, body: Buffer, chooser: BehaviourChooser): Promise<void> {
  try {
    const { protocol, handle } = findRoute(exchange);
    const refusal = read(exchange, body) ?? protocol.authenticate(exchange.request);
    const inBody = typeof exchange.body['model'] === 'string' ? exchange.body['model'] : '';
    const model = protocol.modelOf?.(exchange.entry.path) ?? inBody;
    exchange.behaviour = chooser.choose(exchange.request, model);
    exchange.entry.behaviour = exchange.behaviour.text;
    if (!handle) return await deliver(exchange, errorAnswer(unknownUrl(exchange), protocol.errors));
    await (refusal ? deliver(exchange, errorAnswer(refusal, protocol.errors)) : handle(exchange));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (exchange.response.headersSent) return void exchange.response.destroy();
    exchange.behaviour = Behaviour.none;
    await deliver(
      exchange,
      jsonAnswer(400, JSON.stringify({ error: { message, type: 'fake_upstream', code: 'fake_upstream' } })),
    );
  }
}

function findRoute({ entry: { method, path } }: Exchange): {
  protocol: Protocol;
  handle?: Protocol['routes'][number]['handle'];
} {
  for (const protocol of PROTOCOLS) {
    const route = protocol.routes.find((known) => known.method === method && known.path.test(path));
    if (route) return { protocol, handle: route.handle };
  }
  return { protocol: OPENAI };
}

function unknownUrl({ entry }: Exchange): ProviderError {
  return {
    ...{ status: 404, type: 'invalid_request_error', code: null },
    message: `Invalid URL (${entry.method} ${entry.path})`,
  };
}

function readBody(request: IncomingMessage, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => done(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
  request.on('error', () => undefined);
}
