// @ts-check
/**
 * What videos need of the world outside, in a process of its own: `outside.mjs <log file>`. A provider that speaks OpenAI's format, and a
 * receiver of webhooks, on one port of loopback, which it prints as `{"port":N}`. Whatever arrives is on disk before it is answered.
 *
 * The prompt of a video says what becomes of it: its mark, then how it goes, see {@link PLANS}.
 */
import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** @typedef {import('node:http').ServerResponse} ServerResponse */

const CONTENT_LINES = 400;
const SLOW_MS = 1_200;
const UNAVAILABLE = { error: { message: 'Slow down.', type: 'rate_limit_error', code: 'rate_limit_exceeded' } };
const REFUSED = { error: { message: 'Your prompt is no good.', type: 'invalid_request_error', code: 'invalid_value' } };

const logFile = process.argv[2] ?? '';
/** @type {Map<string, { mark: string, plan: string, seconds: string, polls: number }>} */
const videos = new Map();
/** How often each webhook has arrived, by its id. @type {Map<string, number>} */
const arrivals = new Map();

/** @param {Record<string, unknown>} line */
const note = (line) => appendFileSync(logFile, `${JSON.stringify({ atMs: Date.now(), ...line })}\n`);

const server = createServer(async (request, response) => {
  const chunks = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return;
  }
  const body = Buffer.concat(chunks).toString('utf8');
  const path = request.url ?? '';
  if (path.startsWith('/hooks/')) return receive(path, request.headers, body, response);
  if (request.method === 'POST' && path === '/v1/videos') return submit(body, response);
  const [, id = '', content] = /^\/v1\/videos\/([^/?]+)(\/content)?/.exec(path) ?? [];
  const video = videos.get(id);
  if (!video) return send(response, 404, { error: { message: 'No such video.', type: 'x', code: 'not_found' } });
  if (content === undefined) return tell(id, video, response);
  response.writeHead(200, { 'content-type': 'video/mp4' }).end(`${video.mark}\n`.repeat(CONTENT_LINES));
});

/** @param {string} body @param {ServerResponse} response */
async function submit(body, response) {
  const [mark = '', plan = ''] = fieldOf(body, 'prompt').split(' ');
  const seconds = fieldOf(body, 'seconds') || '4';
  const id = `video_${randomBytes(12).toString('hex')}`;
  const isTaken = plan !== 'refused' && plan !== 'busy';
  note({ kind: 'submission', mark, plan, upstreamId: isTaken ? id : null });
  if (plan === 'refused') return send(response, 400, REFUSED);
  if (plan === 'busy') return send(response, 429, UNAVAILABLE);
  videos.set(id, { mark, plan, seconds, polls: 0 });
  if (plan === 'cut') return void response.destroy();
  if (plan === 'slow') await sleep(SLOW_MS);
  send(response, 200, { id, object: 'video', status: 'queued', progress: 0, seconds, size: '720x1280' });
}

/** @param {string} id @param {{ plan: string, seconds: string, polls: number }} video @param {ServerResponse} response */
function tell(id, video, response) {
  video.polls += 1;
  if (video.plan === 'odd' && video.polls === 1)
    return void response.writeHead(502, { 'content-type': 'text/html' }).end('<html>Bad gateway</html>');
  const state = { id, object: 'video', seconds: video.seconds, size: '720x1280', error: null };
  if (video.polls < 2) return send(response, 200, { ...state, status: 'in_progress', progress: 50 });
  if (video.plan !== 'fails') return send(response, 200, { ...state, status: 'completed', progress: 100 });
  send(response, 200, {
    ...{ ...state, status: 'failed', progress: 50 },
    error: { code: 'moderation_blocked', message: 'Blocked.' },
  });
}

/** Some webhooks fail when they come for the first time: by an error, by a connection that ends, by an answer that is late. @param {string} path @param {import('node:http').IncomingHttpHeaders} headers @param {string} body @param {ServerResponse} response */
async function receive(path, headers, body, response) {
  const id = String(headers['webhook-id']);
  const count = (arrivals.get(id) ?? 0) + 1;
  arrivals.set(id, count);
  const luck = createHash('sha256').update(id).digest().readUInt8(0) % 16;
  const status = count === 1 && luck < 3 ? 500 : count === 1 && luck === 3 ? 0 : 204;
  note({ kind: 'webhook', path, headers, body, status });
  if (status === 0) return void response.destroy();
  if (luck === 4) await sleep(SLOW_MS);
  response.writeHead(status).end();
}

/** A text field of a form. @param {string} body @param {string} name */
function fieldOf(body, name) {
  return new RegExp(`name="${name}"\r\n(?:[^\r]+\r\n)*\r\n([^\r]*)`).exec(body)?.[1] ?? '';
}

/** @param {ServerResponse} response @param {number} status @param {object} body */
function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: /** @type {import('node:net').AddressInfo} */ (server.address()).port }));
});
process.on('SIGTERM', () => process.exit(0));
