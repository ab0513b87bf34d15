// @ts-check
import { Agent, request } from 'node:http';

const CANARY = /canary/i;
const LEAVE_NEVER = Number.POSITIVE_INFINITY;

/**
 * One request: what is asked, and when its client gives up. `leaveAfterMs` counts from sending, `leaveAfterBytes` of the answer's body.
 *
 * @typedef {{ url: string, agent: Agent, secret: string, body: Record<string, unknown>, timeoutMs: number, leaveAfterMs?: number | undefined,
 *   leaveAfterBytes?: number | undefined }} Question
 *
 * How a client saw its request end. `complete`: the whole answer, to its terminator. `refused`: an error status. `told`: an error event
 * in the stream. `broken`: the connection ended before the answer did. `left`: the client itself went away. `silent`: the connection
 * ended before any answer.
 * @typedef {'complete' | 'refused' | 'told' | 'broken' | 'left' | 'silent'} End
 *
 * @typedef {{ end: End, requestId: string | null, status: number, code: string | null, content: string, hasCanary: boolean,
 *   endedAtMs: number }} Ending
 */

/** Connections of one kind of client to one gateway. */
export const newAgent = () => new Agent({ keepAlive: true, maxSockets: Infinity });

/** Sends one chat request and reads what comes. Never rejects. @param {Question} question @returns {Promise<Ending>} */
export function ask(question) {
  return new Promise((resolve) => new Asking(question, resolve).send());
}

class Asking {
  /** @param {Question} question @param {(ending: Ending) => void} resolve */
  constructor(question, resolve) {
    this.question = question;
    this.resolve = resolve;
    /** @type {Buffer[]} */
    this.chunks = [];
    this.bytes = 0;
    this.hasLeft = false;
    /** @type {import('node:http').IncomingMessage | undefined} */
    this.response = undefined;
  }

  send() {
    const { url, agent, secret, body, timeoutMs, leaveAfterMs = LEAVE_NEVER } = this.question;
    const text = JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${secret}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    };
    const sent = request(`${url}/v1/chat/completions`, { method: 'POST', agent, headers });
    const leaveMs = Math.min(leaveAfterMs, timeoutMs);
    this.leave = () => {
      this.hasLeft = true;
      sent.destroy();
    };
    const timer = setTimeout(this.leave, leaveMs);
    sent.on('error', () => undefined);
    sent.on('response', (response) => this.read(response));
    sent.on('close', () => {
      clearTimeout(timer);
      this.resolve(this.conclude());
    });
    sent.end(text);
  }

  /** @param {import('node:http').IncomingMessage} response */
  read(response) {
    this.response = response;
    response.on('error', () => undefined);
    response.on('data', (/** @type {Buffer} */ chunk) => {
      this.chunks.push(chunk);
      this.bytes += chunk.length;
      if (this.bytes >= (this.question.leaveAfterBytes ?? LEAVE_NEVER)) this.leave?.();
    });
  }

  /** @returns {Ending} */
  conclude() {
    const endedAtMs = Date.now();
    const { response } = this;
    const nothing = { requestId: null, status: 0, code: null, content: '', hasCanary: false, endedAtMs };
    if (!response) return { ...nothing, end: this.hasLeft ? 'left' : 'silent' };
    const text = Buffer.concat(this.chunks).toString('utf8');
    const read = String(response.headers['content-type']).startsWith('text/event-stream')
      ? readStream(text)
      : readWhole(text, response);
    const requestId = response.headers['x-request-id'];
    return {
      ...{ endedAtMs, status: response.statusCode ?? 0, code: read.code, content: read.content },
      end: read.end ?? (this.hasLeft ? 'left' : 'broken'),
      requestId: typeof requestId === 'string' ? requestId : null,
      hasCanary: CANARY.test(text) || CANARY.test(response.rawHeaders.join('\n')),
    };
  }
}

/**
 * A stream is complete with its terminator, wherever the connection ends after it.
 *
 * @param {string} text
 * @returns {{ end: End | undefined, code: string | null, content: string }}
 */
function readStream(text) {
  const lines = text.split('\n').filter((line) => line.startsWith('data: '));
  const events = lines.map((line) => (line === 'data: [DONE]' ? undefined : parse(line.slice(6))));
  const content = events.map((event) => event?.choices?.[0]?.delta?.content ?? '').join('');
  const error = events.find((event) => event?.error)?.error;
  if (error) return { end: 'told', code: error.code, content };
  return { end: lines.at(-1) === 'data: [DONE]' ? 'complete' : undefined, code: null, content };
}

/**
 * @param {string} text
 * @param {import('node:http').IncomingMessage} response
 * @returns {{ end: End | undefined, code: string | null, content: string }}
 */
function readWhole(text, { statusCode = 0, complete }) {
  const body = parse(text);
  if (statusCode >= 400) return { end: 'refused', code: body?.error?.code ?? null, content: '' };
  const isWhole = complete && Array.isArray(body?.choices);
  return { end: isWhole ? 'complete' : undefined, code: null, content: body?.choices?.[0]?.message?.content ?? '' };
}

/** @param {string} text @returns {any} */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
