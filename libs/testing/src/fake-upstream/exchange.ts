import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Behaviour } from './behaviours.js';
import type { LoggedRequest, ReportedUsage } from './request-log.js';

/** A file of a form. */
export interface ReceivedFile {
  name: string;
  fileName: string;
  type: string;
  bytes: Buffer;
}

/** One request that was read, and how it is to be answered. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** Of a form: its text fields by name; a name that ends in `[]` or comes again holds a list. */
  body: Record<string, unknown>;
  /** Of a form; empty where the body was JSON. */
  files: ReceivedFile[];
  behaviour: Behaviour;
  entry: LoggedRequest;
}

/** One piece of an answer that is sent as a whole: an event of a stream, or a body. */
export interface Piece {
  bytes: string | Buffer;
  /** The usage this piece tells the client. */
  usage?: ReportedUsage;
  /** Silence before it, milliseconds. */
  waitMs?: number;
}

/** What goes back: `repeat` is sent over and over after the pieces until the client leaves. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  pieces: Piece[];
  repeat?: Piece;
}

/** Headers OpenAI sends and a gateway has to keep to itself. */
export const UPSTREAM_HEADERS: Record<string, string> = {
  server: 'fake-upstream',
  'openai-organization': 'org-fakecanary0123456789abcd',
  'openai-processing-ms': '7',
  'openai-version': '2020-10-01',
  'x-ratelimit-limit-requests': '10000',
  'x-ratelimit-remaining-requests': '9999',
  'x-ratelimit-reset-requests': '6ms',
  'set-cookie': '__cf_bm=fakecanary; path=/; HttpOnly',
};

const JSON_HEADERS = { ...UPSTREAM_HEADERS, 'content-type': 'application/json' };
const STREAM_HEADERS = {
  ...UPSTREAM_HEADERS,
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
};

/** A JSON answer; `usage` is what it tells the client. */
export function jsonAnswer(status: number, bytes: string | Buffer, usage?: ReportedUsage): Answer {
  return { status, headers: JSON_HEADERS, pieces: [usage ? { bytes, usage } : { bytes }] };
}

/** A stream of server-sent events. */
export function streamAnswer(pieces: Piece[]): Answer {
  return { status: 200, headers: STREAM_HEADERS, pieces };
}

/** Whether an answer comes piece by piece, events or sound, as against one body. */
export function isStream(answer: Answer): boolean {
  return /^(text\/event-stream|audio\/)/.test(answer.headers['content-type'] ?? '');
}
