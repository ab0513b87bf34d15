// @ts-check
/**
 * The bare pass-through: the least that a gateway on node:http and undici can do. JSON is parsed once each way, the model's name and the
 * key are exchanged, usage is looked at; nothing is checked, counted or booked. `node bare.mjs UPSTREAM_ORIGIN MODELS KEY`, where MODELS is a
 * JSON object of upstream names by public names; prints `{"port":N}`.
 */
import { createServer } from 'node:http';
import { Pool } from 'undici';

/** @typedef {import('undici').Dispatcher.DispatchHandler} DispatchHandler */

const [origin = '', names = '{}', key = ''] = process.argv.slice(2);
/** @type {Record<string, string>} */
const MODELS = JSON.parse(names);
const PATH = '/v1/chat/completions';
const HEADERS = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
const EVENT_END = '\n\n';

const pool = new Pool(origin, { connections: null, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
/** What a gateway would bill; told at the end. */
let tokens = 0;

const server = createServer((request, response) => {
  /** @type {Buffer[]} */
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const body = JSON.parse(join(parts).toString());
    body.model = MODELS[body.model];
    const forward = body.stream === true ? new StreamAnswer(response) : new WholeAnswer(response);
    if (body.stream === true) body.stream_options = { ...body.stream_options, include_usage: true };
    pool.dispatch({ method: 'POST', path: PATH, headers: HEADERS, body: JSON.stringify(body) }, forward);
  });
});
server.keepAliveTimeout = 60_000;

/** @implements {DispatchHandler} */
class WholeAnswer {
  /** @param {import('node:http').ServerResponse} response */
  constructor(response) {
    this.response = response;
    this.status = 0;
    /** @type {Buffer[]} */
    this.parts = [];
  }

  onRequestStart() {}

  /** @param {unknown} _controller @param {number} status */
  onResponseStart(_controller, status) {
    this.status = status;
  }

  /** @param {unknown} _controller @param {Buffer} part */
  onResponseData(_controller, part) {
    this.parts.push(part);
  }

  onResponseEnd() {
    const bytes = join(this.parts);
    tokens += JSON.parse(bytes.toString()).usage?.total_tokens ?? 0;
    this.response.writeHead(this.status, { 'content-type': 'application/json', 'content-length': bytes.length });
    this.response.end(bytes);
  }

  onResponseError() {
    this.response.destroy();
  }
}

/** @implements {DispatchHandler} */
class StreamAnswer {
  /** @param {import('node:http').ServerResponse} response */
  constructor(response) {
    this.response = response;
    this.rest = '';
  }

  onRequestStart() {}

  /** @param {unknown} _controller @param {number} status */
  onResponseStart(_controller, status) {
    this.response.writeHead(status, { 'content-type': 'text/event-stream' });
  }

  /** @param {unknown} _controller @param {Buffer} part */
  onResponseData(_controller, part) {
    this.response.write(part);
    const events = (this.rest + part.toString()).split(EVENT_END);
    this.rest = events.pop() ?? '';
    for (const event of events)
      if (event.startsWith('data: {')) tokens += JSON.parse(event.slice(6)).usage?.total_tokens ?? 0;
  }

  onResponseEnd() {
    this.response.end();
  }

  onResponseError() {
    this.response.destroy();
  }
}

/** @param {Buffer[]} parts @returns {Buffer} */
function join(parts) {
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}

process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => {
  console.log(JSON.stringify({ tokens }));
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
server.listen(0, '127.0.0.1', () =>
  console.log(JSON.stringify({ port: /** @type {import('node:net').AddressInfo} */ (server.address()).port })),
);
