import { createServer, type IncomingMessage, type Server } from 'node:http';
import { Behaviour } from './behaviours.js';
import { BehaviourChooser } from './choose-behaviour.js';
import { deliver } from './deliver.js';
import { handleControl, type Controls } from './control.js';
import { jsonAnswer, type Exchange } from './exchange.js';
import { handleChat } from './openai-chat/handle-chat.js';
import { errorByCode, type OpenaiError } from './openai-errors.js';
import { handleModels } from './openai-models.js';
import { RequestLog } from './request-log.js';
import { errorAnswer } from './substitute-answer.js';

/** `logSizeMax` requests are kept for queries (0: none), all of them in `logFile`. */
export interface FakeUpstreamOptions {
  logSizeMax?: number;
  logFile?: string;
}

type Handler = (exchange: Exchange) => Promise<void>;

const LOG_SIZE_MAX = 20_000;
const PROTOCOLS: { method: string; path: RegExp; handle: Handler }[] = [
  { method: 'POST', path: /^\/v1\/chat\/completions(\?|$)/, handle: handleChat },
  { method: 'GET', path: /^\/v1\/models(\/[^/?]+)?(\?|$)/, handle: handleModels },
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
      void serve({ request, response, body: {}, behaviour: Behaviour.none, entry }, body, chooser);
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
    const refusal = read(exchange, body) ?? authenticate(exchange.request);
    const model = typeof exchange.body['model'] === 'string' ? exchange.body['model'] : '';
    exchange.behaviour = chooser.choose(exchange.request, model);
    exchange.entry.behaviour = exchange.behaviour.text;
    const route = PROTOCOLS.find(
      ({ method, path }) => method === exchange.entry.method && path.test(exchange.entry.path),
    );
    if (!route) return await deliver(exchange, errorAnswer(unknownUrl(exchange)));
    await (refusal ? deliver(exchange, errorAnswer(refusal)) : route.handle(exchange));
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

/** Puts the parsed body into the exchange, or says what OpenAI says when it cannot be parsed. */
function read(exchange: Exchange, body: Buffer): OpenaiError | null {
  if (exchange.entry.method !== 'POST') return null;
  const text = body.toString('utf8');
  exchange.entry.body = text;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new TypeError('not an object');
    exchange.body = parsed as Record<string, unknown>;
    exchange.entry.body = parsed;
  } catch {
    return { ...badRequest, message: 'We could not parse the JSON body of your request.' };
  }
  const type = exchange.request.headers['content-type'] ?? '';
  if (!type.startsWith('application/json')) return { ...badRequest, message: `Unsupported content type: '${type}'.` };
  return null;
}

const badRequest: OpenaiError = { status: 400, message: '', type: 'invalid_request_error', code: null };

function authenticate({ headers }: IncomingMessage): OpenaiError | null {
  const { authorization } = headers;
  if (!authorization) return errorByCode('no_api_key');
  return /^Bearer \S+$/.test(authorization) ? null : errorByCode('invalid_api_key');
}

function unknownUrl({ entry }: Exchange): OpenaiError {
  return { ...badRequest, status: 404, message: `Invalid URL (${entry.method} ${entry.path})` };
}

function readBody(request: IncomingMessage, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => done(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
  request.on('error', () => undefined);
}
