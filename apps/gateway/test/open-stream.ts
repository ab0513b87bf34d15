import { request, type IncomingMessage } from 'node:http';
import type { World } from '@tokenbay/testing';

/** A streamed answer under way: what has come so far, and when. */
export class OpenStream {
  text = '';
  /** When each piece came, on the monotonic clock, with the length of the text until then. */
  readonly arrivals: { atMs: number; length: number }[] = [];
  isEnded = false;
  private wake: (() => void)[] = [];

  constructor(
    readonly response: IncomingMessage,
    private readonly abort: () => void,
  ) {
    response.on('data', (chunk: Buffer) => {
      this.text += chunk.toString('utf8');
      this.arrivals.push({ atMs: performance.now(), length: this.text.length });
      this.tell();
    });
    for (const event of ['end', 'error', 'close']) response.on(event, () => this.over());
  }

  get requestId(): string {
    return String(this.response.headers['x-request-id']);
  }

  /** Resolves once the text holds this, or the stream has ended without it. */
  async until(text: string): Promise<void> {
    while (!this.text.includes(text) && !this.isEnded) await new Promise<void>((done) => this.wake.push(done));
  }

  /** Resolves when nothing more comes; answers everything that came. */
  async end(): Promise<string> {
    while (!this.isEnded) await new Promise<void>((done) => this.wake.push(done));
    return this.text;
  }

  /** When a text had come completely. */
  arrivedAtMs(text: string): number {
    const end = this.text.indexOf(text) + text.length;
    return this.arrivals.find(({ length }) => length >= end)?.atMs ?? NaN;
  }

  /** Closes the connection, as a client does that is no longer interested. */
  leave(): void {
    this.abort();
  }

  private over(): void {
    this.isEnded = true;
    this.tell();
  }

  private tell(): void {
    for (const done of this.wake.splice(0)) done();
  }
}

/** Begins a streamed chat request; resolves at the head of its answer. */
export function openStream(baseUrl: string, { apiKey, modelName }: World, fields: object = {}): Promise<OpenStream> {
  const body = { model: modelName, messages: [{ role: 'user', content: 'Hello' }], stream: true, ...fields };
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    const outgoing = request(
      `${baseUrl}/v1/chat/completions`,
      { method: 'POST', headers, agent: false },
      (response) => {
        resolve(new OpenStream(response, () => outgoing.destroy()));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(JSON.stringify(body));
  });
}
