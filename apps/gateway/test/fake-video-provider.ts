import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** One submission as it arrived. */
interface Submission {
  readonly id: string;
  readonly prompt: string;
  readonly body: string;
  readonly authorization: string;
  polls: number;
  pollsUnderWay: number;
}

/** Long enough for a second poll to come meanwhile, if there is one. */
const POLL_MS = 60;
const VIDEO = Buffer.from('a few seconds of a lighthouse');

/**
 * A provider of videos that speaks OpenAI's format and does what words in the prompt say: `refuse`, `key` and `busy` refuse a submission,
 * `cut`, `hang` and `page` leave open what became of it, `fail`, `odd` and `endless` say how its polls are answered. Any other video is in
 * progress at its first poll and completed at its second.
 */
export class FakeVideoProvider {
  readonly submissions: Submission[] = [];
  /** While set, submissions wait for it before they are answered. */
  gate: Promise<void> | undefined;
  /** How many polls of one video were under way at the same time, at most. */
  pollsAtOnce = 0;
  private server: Server | undefined;

  async start(): Promise<void> {
    this.server = createServer((request, response) => void this.answer(request, response));
    await new Promise<void>((done) => void this.server?.listen(0, '127.0.0.1', done));
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.server?.address() as AddressInfo).port}`;
  }

  /** How often a prompt was submitted. */
  timesSubmitted(prompt: string): number {
    return this.submissions.filter((submission) => submission.prompt === prompt).length;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((done) => this.server?.close(done));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readAll(request);
    const url = request.url ?? '';
    if (request.method === 'POST' && url === '/v1/videos') return this.submit(request, response, body);
    const [, id, content] = /^\/v1\/videos\/([^/]+)(\/content)?$/.exec(url) ?? [];
    const submission = this.submissions.find((known) => known.id === id);
    if (!submission) return send(response, 404, { error: { message: 'No such video.', code: 'not_found', type: 'x' } });
    if (content !== undefined) return sendVideo(request, response);
    submission.polls += 1;
    submission.pollsUnderWay += 1;
    this.pollsAtOnce = Math.max(this.pollsAtOnce, submission.pollsUnderWay);
    await pause(POLL_MS);
    submission.pollsUnderWay -= 1;
    if (submission.prompt.includes('odd') && submission.polls === 1) return sendPage(response);
    send(response, 200, stateOf(submission));
  }

  private async submit(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
    const prompt = /name="prompt"\r\n\r\n([^\r]*)/.exec(body)?.[1] ?? '';
    const id = `video_${randomBytes(12).toString('hex')}`;
    const { authorization = '' } = request.headers;
    this.submissions.push({ id, prompt, body, authorization, polls: 0, pollsUnderWay: 0 });
    await this.gate;
    if (prompt.includes('refuse')) return send(response, 400, refusal('Your prompt is no good.', 'invalid_value'));
    if (prompt.includes('key')) return send(response, 401, refusal('Incorrect API key provided.', 'invalid_api_key'));
    if (prompt.includes('busy')) return send(response, 429, refusal('Slow down.', 'rate_limit_exceeded'));
    if (prompt.includes('cut')) return void request.socket.destroy();
    if (prompt.includes('page')) return sendPage(response);
    if (prompt.includes('hang')) return;
    send(response, 200, { id, object: 'video', status: 'queued', progress: 0, seconds: '4', size: '720x1280' });
  }
}

function stateOf({ id, prompt, polls }: Submission): object {
  const video = { id, object: 'video', seconds: '4', size: '720x1280' };
  if (prompt.includes('fail'))
    return { ...video, status: 'failed', progress: 10, error: { code: 'moderation_blocked', message: 'Blocked.' } };
  if (prompt.includes('endless') || polls === 1) return { ...video, status: 'in_progress', progress: 50, error: null };
  return { ...video, status: 'completed', progress: 100, error: null };
}

function refusal(message: string, code: string): object {
  return { error: { message, type: 'invalid_request_error', param: 'prompt', code } };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function sendPage(response: ServerResponse): void {
  response.writeHead(502, { 'content-type': 'text/html' }).end('<html>Bad gateway</html>');
}

function sendVideo(request: IncomingMessage, response: ServerResponse): void {
  const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
  const bytes = VIDEO.subarray(Number(from ?? 0));
  const range = from === undefined ? {} : { 'content-range': `bytes ${from}-${VIDEO.length - 1}/${VIDEO.length}` };
  response.writeHead(from === undefined ? 200 : 206, {
    ...{ 'content-type': 'video/mp4', 'content-length': bytes.length, 'accept-ranges': 'bytes', ...range },
  });
  response.end(bytes);
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}
