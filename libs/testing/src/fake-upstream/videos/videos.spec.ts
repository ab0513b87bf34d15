import OpenAI, { NotFoundError, toFile } from 'openai';
import { startFakeUpstream, type FakeUpstreamClient } from '../start-fake-upstream.js';

const GIBIBYTE = 1_073_741_824;

describe('fake providers of videos', () => {
  let upstream: FakeUpstreamClient;
  beforeAll(async () => void (upstream = await startFakeUpstream()));
  afterAll(() => upstream.stop());
  beforeEach(() => upstream.mark());

  const ask = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const response = await fetch(`${upstream.origin}${path}`, {
      method,
      headers: {
        ...{ authorization: 'Bearer sk-fake', 'x-goog-api-key': 'fake' },
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, headers: response.headers };
  };
  const read = (answer: { text: string }) => JSON.parse(answer.text) as Record<string, never>;

  const ARK = '/api/v3/contents/generations/tasks';
  const submitArk = async (model: string, fields: object = {}) => {
    const content = [{ type: 'text', text: 'A cat' }];
    return read(await ask('POST', ARK, { model, content, ...fields }))['id'] as unknown as string;
  };
  const pollArk = async (id: string) => read(await ask('GET', `${ARK}/${id}`)) as Record<string, unknown>;
  const resultOf = async (model: string) => {
    const id = await submitArk(`${model}+polls:0`);
    return ((await pollArk(id))['content'] as { video_url: string }).video_url;
  };

  it("serve the official OpenAI library's videos from form to file", async () => {
    const client = new OpenAI({ apiKey: 'sk-fake', baseURL: upstream.baseUrl, maxRetries: 0 });
    const picture = await toFile(Buffer.from([137, 80, 78, 71]), 'a.png', { type: 'image/png' });
    const video = await client.videos.create({
      ...{ model: 'sora-2@result-bytes:1000', prompt: 'A cat', seconds: '8', size: '1280x720' },
      input_reference: picture,
    });
    expect(video).toMatchObject({ object: 'video', status: 'queued', seconds: '8', size: '1280x720' });
    expect(await client.videos.retrieve(video.id)).toMatchObject({ status: 'in_progress', progress: 10 });
    await expect(client.videos.downloadContent(video.id)).rejects.toThrow(NotFoundError);
    expect(await client.videos.retrieve(video.id)).toMatchObject({ status: 'completed', progress: 100 });
    const bytes = Buffer.from(await (await client.videos.downloadContent(video.id)).arrayBuffer());
    expect([bytes.length, bytes[250], bytes[251]]).toEqual([1_000, 250, 0]);
  });

  it.each([
    ['POST', '/v1/videos', { model: 'sora-2' }, 400, 'prompt'],
    ['POST', '/v1/videos', { model: 'sora-2', prompt: 'A', seconds: '7' }, 400, 'Supported values'],
    ['POST', '/v1/videos', { model: 'sora-2', prompt: 'A', negative_prompt: 'x' }, 400, 'Unknown parameter'],
    ['POST', ARK, { model: 'x' }, 400, 'MissingParameter'],
    ['POST', ARK, { model: 'x', content: [], prompt: 'A' }, 400, 'prompt'],
    ['POST', ARK, { model: 'x', content: [{ type: 'text', text: 'A' }], duration: '5' }, 400, 'duration'],
    ['POST', '/v1beta/models/veo-3.1:predictLongRunning', { instances: [{}] }, 400, 'prompt'],
    [
      ...['POST', '/v1beta/models/veo-3.1:predictLongRunning'],
      ...[{ instances: [{ prompt: 'A' }], parameters: { durationSeconds: '8' } }, 400, 'durationSeconds'],
    ],
    ['POST', '/api/v1/services/aigc/video-generation/video-synthesis', { model: 'x' }, 403, 'synchronous'],
    ['GET', '/v1/videos/video_none', undefined, 404, 'not found'],
    ['GET', `${ARK}/cgt-none`, undefined, 404, 'ResourceNotFound'],
    ['GET', '/v1beta/models/veo-3.1/operations/none', undefined, 404, 'NOT_FOUND'],
    ['GET', '/api/v1/tasks/none', undefined, 200, 'UNKNOWN'],
  ] as [string, string, object | undefined, number, string][])(
    'refuse %s %s %j',
    async (method, path, body, status, words) => {
      expect(await ask(method, path, body)).toMatchObject({ status, text: expect.stringContaining(words) });
    },
  );

  it('run as long, fail as, and say what their model orders', async () => {
    const id = await submitArk('x@polls:3+task-fails:policy');
    const states = [];
    for (let poll = 0; poll < 5; poll++) states.push((await pollArk(id))['status']);
    expect(states).toEqual(['queued', 'running', 'running', 'failed', 'failed']);
    expect(await pollArk(await submitArk('x@task-state:polishing'))).toMatchObject({ status: 'polishing' });
    expect(await pollArk(await submitArk('x@polls:0+empty-result'))).toMatchObject({ content: {} });
    expect(await ask('GET', `${ARK}/${await submitArk('x@task-gone')}`)).toMatchObject({ status: 404 });
  });

  it('answer nonsense to as many polls as ordered', async () => {
    const id = await submitArk('x@polls:0+odd-polls:1');
    expect(await ask('GET', `${ARK}/${id}`)).toMatchObject({ status: 502, text: expect.stringContaining('<html') });
    expect(await pollArk(id)).toMatchObject({ id, status: 'succeeded' });
    expect(await pollArk(await submitArk('x@polls:0+odd-polls:1:other'))).not.toMatchObject({ id });
    expect(await ask('GET', `${ARK}/${await submitArk('x@odd-polls:1:429')}`)).toMatchObject({ status: 429 });
  });

  it('take a task on also where the answer is lost, which the log shows', async () => {
    const lost = ask('POST', ARK, { model: 'x@reset-headers', content: [{ type: 'text', text: 'A' }] });
    await expect(lost).rejects.toThrow();
    const [entry] = await upstream.requests();
    expect(entry).toMatchObject({ isCut: true, answerId: expect.stringMatching(/^cgt-/) });
    expect(await pollArk(String(entry?.answerId))).toMatchObject({ status: 'running' });
  });

  it('cancel what waits and nothing else', async () => {
    const id = await submitArk('x@polls:5');
    await pollArk(id);
    expect(await ask('DELETE', `${ARK}/${id}`)).toMatchObject({ status: 200 });
    expect(await pollArk(id)).toMatchObject({ status: 'cancelled' });
    expect(await ask('DELETE', `${ARK}/${id}`)).toMatchObject({ status: 400 });
  });

  it('serve results whole, by ranges, by validators, and no dead ones', async () => {
    const url = (await resultOf('x@result-bytes:1000+expired-urls:1')).replace(upstream.origin, '');
    expect(await ask('GET', url)).toMatchObject({ status: 403 });
    const live = url.replace('/1.mp4', '/2.mp4');
    const tail = await ask('GET', live, undefined, { range: 'bytes=990-' });
    expect([tail.status, tail.headers.get('content-range'), tail.text.length]).toEqual([206, 'bytes 990-999/1000', 10]);
    expect(await ask('GET', live, undefined, { range: 'bytes=1000-' })).toMatchObject({ status: 416 });
    const head = await ask('HEAD', live);
    expect([head.status, head.headers.get('content-length'), head.text]).toEqual([200, '1000', '']);
    const etag = String(head.headers.get('etag'));
    expect(await ask('GET', live, undefined, { 'if-none-match': etag })).toMatchObject({ status: 304 });
  });

  it('serve gibibytes out of no memory, and only while somebody reads', async () => {
    const url = await resultOf(`x@result-bytes:${8 * GIBIBYTE}`);
    const left = new AbortController();
    const response = await fetch(url, { signal: left.signal, headers: { range: `bytes=${4 * GIBIBYTE}-` } });
    expect(response.headers.get('content-length')).toBe(String(4 * GIBIBYTE));
    const { value } = await response.body!.getReader().read();
    expect(value?.[0]).toBe((4 * GIBIBYTE) % 251);
    left.abort();
    const cut = await fetch(await resultOf('x@content-cut:70000+result-bytes:900000'));
    await expect(cut.arrayBuffer()).rejects.toThrow();
  });
});
