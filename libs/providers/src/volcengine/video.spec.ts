import { readFileSync } from 'node:fs';
import { DroppedFields, type VideoCall } from '@tokenbay/protocol';
import { findAdapter } from '../adapters.js';

const FIXTURES = JSON.parse(readFileSync(new URL('./fixtures/tasks.json', import.meta.url), 'utf8')) as Record<
  string,
  Record<string, unknown>
>;
const HANDLE = { upstreamId: 'cgt-2026fake-x1', upstreamModel: 'doubao-seedance-2-0-260128' };
const PNG = { kind: 'bytes', mediaType: 'image/png', bytes: new Uint8Array([1, 2, 3]) } as const;
const LINK = { kind: 'url', url: 'https://example.com/a.png' } as const;
const wire = findAdapter('volcengine')!.video!;

function write(fields: Partial<VideoCall>, upstreamModel = HANDLE.upstreamModel, dropped = new DroppedFields()) {
  const call = { prompt: 'A cat', referenceImages: [], metadata: {}, spelling: {}, ...fields };
  const written = wire.writeSubmission(call, { upstreamModel, dropped });
  const { body } = written.request;
  return { ...written, json: body?.kind === 'json' ? body.json : {} };
}

describe('a video asked of Ark', () => {
  it('is a task with its parameters as fields', () => {
    const { request, json, seconds, size } = write({
      ...{ seconds: 8, resolution: '720p', aspectRatio: '9:16', firstFrame: PNG, lastFrame: LINK },
      metadata: { watermark: 'false', seed: '11', generate_audio: true },
    });
    expect(request).toMatchObject({ method: 'POST', path: '/contents/generations/tasks' });
    expect(json).toEqual({
      model: HANDLE.upstreamModel,
      content: [
        { type: 'text', text: 'A cat' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AQID' }, role: 'first_frame' },
        { type: 'image_url', image_url: { url: LINK.url }, role: 'last_frame' },
      ],
      ...{ resolution: '720p', ratio: '9:16', duration: 8, watermark: false, seed: 11, generate_audio: true },
    });
    expect({ seconds, size }).toEqual({ seconds: 8, size: '720x1280' });
  });

  it('says the length also where the client did not, and nothing else that it did not', () => {
    const { json, seconds, size } = write({ referenceImages: [LINK] });
    expect(json).toEqual({
      model: HANDLE.upstreamModel,
      content: [
        { type: 'text', text: 'A cat' },
        { type: 'image_url', image_url: { url: LINK.url }, role: 'reference_image' },
      ],
      duration: 5,
    });
    expect({ seconds, size }).toEqual({ seconds: 5, size: undefined });
  });

  it('takes a common size for the resolution and ratio that it means, and answers what is made', () => {
    const { json, size } = write({ size: { width: 1280, height: 720 } }, 'doubao-seedance-1-0-pro-250528');
    expect(json).toMatchObject({ resolution: '720p', ratio: '16:9' });
    expect(size).toBe('1248x704');
  });

  it.each<[Partial<VideoCall>, string, string, string?]>([
    [{ seconds: 3 }, 'invalid_request', 'seconds'],
    [{ seconds: 16 }, 'invalid_request', 'seconds'],
    [{ seconds: 13 }, 'invalid_request', 'seconds', 'doubao-seedance-1-5-pro-251215'],
    [{ resolution: '1080p' }, 'invalid_request', 'resolution', 'doubao-seedance-2-0-fast-260128'],
    [{ aspectRatio: '2:1' }, 'invalid_request', 'aspect_ratio'],
    [{ size: { width: 1024, height: 1792 } }, 'invalid_request', 'size'],
    [{ lastFrame: PNG }, 'invalid_request', 'last_frame_image'],
    [{ firstFrame: PNG, referenceImages: [PNG] }, 'invalid_request', 'reference_images'],
    [{ referenceImages: [PNG] }, 'invalid_request', 'reference_images', 'doubao-seedance-1-5-pro-251215'],
    [{ metadata: { service_tier: 'flex' } }, 'invalid_request', 'metadata.service_tier'],
    [{ metadata: { draft: true } }, 'invalid_request', 'metadata.draft'],
    [{ prompt: 'A cat --dur 12' }, 'invalid_request', 'prompt', 'doubao-seedance-1-0-pro-250528'],
    [{ prompt: '--Resolution 1080p a cat' }, 'invalid_request', 'prompt'],
    [{ prompt: 'A cat--frames=289' }, 'invalid_request', 'prompt', 'ep-20250101000000-abcde'],
    [{ negativePrompt: 'rain' }, 'conversion_not_implemented', 'negative_prompt'],
  ])('refuses %j as %s, naming %s', (...[fields, code, param, model]) => {
    expect(() => write(fields, model)).toThrow(
      expect.objectContaining({ code, options: expect.objectContaining({ param }) }),
    );
  });

  it('takes words that only look like commands', () => {
    for (const prompt of ['A cat -- duration of a dream', 'A cat --durable --seed 5', '--ratio 16:9 a cat'])
      expect(write({ prompt }).json).toMatchObject({ content: [{ type: 'text', text: prompt }] });
  });

  it('leaves what a model offers to Ark where an endpoint of ones own hides the model', () => {
    expect(write({ seconds: 20, resolution: '2k' }, 'ep-20261101-fake').json).toMatchObject({
      duration: 20,
      resolution: '2k',
    });
  });

  it('never lets metadata say what is held for', () => {
    const dropped = new DroppedFields();
    const { json } = write(
      { metadata: { duration: 12, frames: 200, callback_url: 'https://x.example' } },
      undefined,
      dropped,
    );
    expect(json).toMatchObject({ duration: 5 });
    expect(json).not.toHaveProperty('frames');
    expect(dropped.list).toEqual(['metadata.duration', 'metadata.frames', 'metadata.callback_url']);
  });
});

describe("Ark's answer to a new task", () => {
  const error = (code: string, message = 'm') => ({ error: { code, message } });
  it.each<[number, unknown, object]>([
    [200, FIXTURES['accepted'], { outcome: 'accepted', upstreamId: 'cgt-2026fake-x1' }],
    [
      400,
      FIXTURES['invalid'],
      { outcome: 'refused', failure: { kind: 'request', code: 'invalid_request', param: 'duration' } },
    ],
    [
      400,
      error('InputTextSensitiveContentDetected'),
      { outcome: 'refused', failure: { kind: 'request', code: 'content_policy_violation' } },
    ],
    [
      400,
      error('InputImageSensitiveContentDetected.PrivacyInformation'),
      { failure: { code: 'content_policy_violation' } },
    ],
    [401, error('AuthenticationError'), { outcome: 'refused', failure: { kind: 'key', reason: 'key_refused' } }],
    [403, error('AccountOverdueError'), { outcome: 'refused', failure: { kind: 'key', reason: 'out_of_credit' } }],
    [403, error('OperationDenied.ServiceNotOpen'), { failure: { kind: 'channel', reason: 'model_refused' } }],
    [404, error('InvalidEndpointOrModel.NotFound'), { failure: { kind: 'channel', reason: 'model_refused' } }],
    [404, error('ModelNotOpen'), { failure: { kind: 'channel', reason: 'model_refused' } }],
    [429, error('ServerOverloaded'), { outcome: 'refused', failure: { kind: 'saturated', reason: 'overloaded' } }],
    [429, error('ModelAccountRpmRateLimitExceeded'), { failure: { kind: 'saturated', reason: 'rate_limited' } }],
    [429, error('QuotaExceeded'), { failure: { kind: 'saturated', reason: 'rate_limited' } }],
    [429, error('QuotaExceeded', 'Your free trial is used up'), { failure: { kind: 'key', reason: 'out_of_credit' } }],
    [429, error('SetLimitExceeded'), { failure: { kind: 'key', reason: 'out_of_credit' } }],
    [500, error('InternalServiceError'), { outcome: 'unknown', failure: { kind: 'server' } }],
    [504, '<html>', { outcome: 'unknown', failure: { kind: 'server' } }],
    [200, {}, { outcome: 'unknown' }],
    [200, undefined, { outcome: 'unknown' }],
    [404, '<html>', { outcome: 'refused', failure: { kind: 'channel', reason: 'address_wrong' } }],
  ])('%d %j is understood', (status, body, reading) => {
    expect(wire.readSubmission(status, body, undefined)).toMatchObject(reading);
  });

  it('keeps the wait that it asks for, and not the number of its request', () => {
    expect(wire.readSubmission(429, error('ServerOverloaded', 'Busy. Request id: 0217fake'), 7)).toEqual({
      outcome: 'refused',
      failure: { kind: 'saturated', reason: 'overloaded', message: 'Busy.', retryAfterSeconds: 7 },
    });
  });
});

describe("Ark's answer about a task", () => {
  it.each<[number, unknown, object]>([
    [200, FIXTURES['queued'], { state: 'queued' }],
    [200, FIXTURES['running'], { state: 'running' }],
    [200, { ...FIXTURES['running'], status: 'polishing' }, { state: 'running' }],
    [
      200,
      FIXTURES['succeeded'],
      {
        state: 'completed',
        result: {
          kind: 'url',
          url: 'https://ark-content.example.com/fake.mp4?X-Tos-Expires=86400',
          validSeconds: 86_400,
        },
        usage: { seconds: 5 },
      },
    ],
    [200, { ...FIXTURES['succeeded'], usage: { completion_tokens: -1 }, duration: 'long' }, { state: 'completed' }],
    [200, { ...FIXTURES['succeeded'], content: {} }, { state: 'unknown' }],
    [200, { ...FIXTURES['succeeded'], content: { video_url: 'file:///etc/passwd' } }, { state: 'unknown' }],
    [200, { ...FIXTURES['succeeded'], id: 'cgt-other' }, { state: 'unknown' }],
    [200, FIXTURES['failed'], { state: 'failed', error: { code: 'upstream_failed' } }],
    [
      200,
      FIXTURES['blocked'],
      {
        state: 'failed',
        error: {
          code: 'content_policy_violation',
          message: 'The request failed because the output video may contain sensitive information.',
        },
      },
    ],
    [200, FIXTURES['cancelled'], { state: 'failed', error: { code: 'upstream_failed' } }],
    [200, FIXTURES['expired'], { state: 'failed', error: { code: 'upstream_failed' } }],
    [404, FIXTURES['notFound'], { state: 'failed', error: { code: 'upstream_failed' } }],
    [404, '<html>', { state: 'unknown', failure: { kind: 'channel' } }],
    [404, { error: { code: 'InvalidEndpointOrModel.NotFound' } }, { state: 'unknown' }],
    [500, { error: { code: 'InternalServiceError' } }, { state: 'unknown', failure: { kind: 'server' } }],
    [401, { error: { code: 'AuthenticationError' } }, { state: 'unknown', failure: { kind: 'key' } }],
    [200, '<html>', { state: 'unknown' }],
    [200, null, { state: 'unknown' }],
  ])('%d %j is understood', (status, body, progress) => {
    expect(wire.readPoll(status, body, HANDLE)).toMatchObject(progress);
  });

  it('reports no usage that makes no sense', () => {
    const body = { ...FIXTURES['succeeded'], duration: 1.5 };
    expect(wire.readPoll(200, body, HANDLE)).not.toHaveProperty('usage');
  });

  it('is asked for by its id', () => {
    expect(wire.pollRequest(HANDLE)).toEqual({ method: 'GET', path: '/contents/generations/tasks/cgt-2026fake-x1' });
  });
});
