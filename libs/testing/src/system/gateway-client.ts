import { send, type HttpAnswer } from './http-answer.js';

/** A chat answer that was read to its end; `content` is put together from the body or the stream's deltas. */
export interface ChatAnswer extends HttpAnswer {
  requestId: string | null;
  content: string;
  /** The parsed events of a stream, `[DONE]` as a string; empty for a plain answer. */
  events: unknown[];
}

/** The gateway as tests use it: plain HTTP, no client library in between. */
export class GatewayClient {
  constructor(readonly baseUrl: string) {}

  /** Any request with a key; `init.headers` are added. */
  request(path: string, apiKey: string | null, init: RequestInit = {}): Promise<HttpAnswer> {
    const headers = new Headers(init.headers);
    if (apiKey !== null && !headers.has('authorization')) headers.set('authorization', `Bearer ${apiKey}`);
    return send(`${this.baseUrl}${path}`, { ...init, headers });
  }

  post(path: string, apiKey: string | null, body: unknown, headers: Record<string, string> = {}): Promise<HttpAnswer> {
    return this.request(path, apiKey, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  /** One chat request with a short message; `fields` are added to the body. */
  async chat(
    apiKey: string | null,
    model: string,
    fields: object = {},
    headers: Record<string, string> = {},
  ): Promise<ChatAnswer> {
    const body = { model, messages: [{ role: 'user', content: 'Hello' }], ...fields };
    const answer = await this.post('/v1/chat/completions', apiKey, body, headers);
    const events = answer.body === undefined ? parseEvents(answer.text) : [];
    const content = events.length > 0 ? joinDeltas(events) : messageOf(answer.body);
    return { ...answer, requestId: answer.headers.get('x-request-id'), content, events };
  }
}

function parseEvents(text: string): unknown[] {
  const data = text.split('\n').filter((line) => line.startsWith('data: '));
  return data.map((line) => (line === 'data: [DONE]' ? '[DONE]' : (JSON.parse(line.slice(6)) as unknown)));
}

type Choices = { choices?: { delta?: { content?: string }; message?: { content?: string } }[] };

function joinDeltas(events: unknown[]): string {
  return events.map((event) => (event as Choices).choices?.[0]?.delta?.content ?? '').join('');
}

function messageOf(body: unknown): string {
  return (body as Choices | undefined)?.choices?.[0]?.message?.content ?? '';
}
