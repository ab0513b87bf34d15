import { readFileSync } from 'node:fs';
import { DroppedFields, type VideoCall } from '@tokenbay/protocol';
import { VEO_WIRE as wire } from './index.js';

const FIXTURES = JSON.parse(readFileSync(new URL('./fixtures/operations.json', import.meta.url), 'utf8')) as Record<
  string,
  Record<string, unknown>
>;
const MODEL = 'veo-3.1-generate-preview';
const HANDLE = { upstreamId: `models/${MODEL}/operations/fake12345678`, upstreamModel: MODEL };
const PNG = { kind: 'bytes', mediaType: 'image/png', bytes: new Uint8Array([1, 2, 3]) } as const;
const LINK = { kind: 'url', url: 'https://example.com/a.png' } as const;
const WRITTEN = { bytesBase64Encoded: 'AQID', mimeType: 'image/png' };

function write(fields: Partial<VideoCall>, upstreamModel = MODEL, dropped = new DroppedFields()) {
  const call = { prompt: 'A cat', referenceImages: [], metadata: {}, spelling: {}, ...fields };
  const written = wire.writeSubmission(call, { upstreamModel, dropped });
  const { body } = written.request;
  return { ...written, json: body?.kind === 'json' ? body.json : {} };
}

function completedWith(uri: unknown) {
  return {
    ...FIXTURES['completed'],
    response: { generateVideoResponse: { generatedSamples: [{ video: { uri } }] } },
  };
}

describe('a video asked of Veo', () => {
  it('is one instance with its parameters', () => {
    const { request, json, seconds, size } = write({
      ...{ seconds: 8, size: { width: 1080, height: 1920 }, negativePrompt: 'rain', firstFrame: PNG, lastFrame: PNG },
      metadata: { personGeneration: 'allow_adult', sampleCount: '1' },
    });
    expect(request).toMatchObject({ method: 'POST', path: `/models/${MODEL}:predictLongRunning` });
    expect(json).toEqual({
      instances: [{ prompt: 'A cat', image: WRITTEN, lastFrame: WRITTEN }],
      parameters: {
        ...{ durationSeconds: 8, aspectRatio: '9:16', resolution: '1080p', negativePrompt: 'rain' },
        personGeneration: 'allow_adult',
      },
    });
    expect({ seconds, size }).toEqual({ seconds: 8, size: '1080x1920' });
  });

  it('says the length also where the client did not, and what is to be seen by pictures', () => {
    expect(write({ referenceImages: [PNG] }).json).toEqual({
      instances: [{ prompt: 'A cat', referenceImages: [{ image: WRITTEN, referenceType: 'asset' }] }],
      parameters: { durationSeconds: 8 },
    });
  });

  it.each<[Partial<VideoCall>, string, string, string?]>([
    [{ seconds: 5 }, 'invalid_request', 'seconds'],
    [{ seconds: 4, resolution: '1080p' }, 'invalid_request', 'seconds'],
    [{ seconds: 6, referenceImages: [PNG] }, 'invalid_request', 'seconds'],
    [{ resolution: '480p' }, 'invalid_request', 'resolution'],
    [{ resolution: '4k' }, 'invalid_request', 'resolution', 'veo-3.1-lite-generate-preview'],
    [{ resolution: '1080p' }, 'invalid_request', 'resolution', 'veo-2.0-generate-001'],
    [{ aspectRatio: '1:1' }, 'invalid_request', 'aspect_ratio'],
    [{ lastFrame: PNG }, 'invalid_request', 'last_frame_image'],
    [{ firstFrame: PNG, referenceImages: [PNG] }, 'invalid_request', 'reference_images'],
    [{ referenceImages: [PNG, PNG, PNG, PNG] }, 'invalid_request', 'reference_images'],
    [{ metadata: { sampleCount: 4 } }, 'invalid_request', 'metadata.sampleCount'],
    [{ referenceImages: [PNG] }, 'conversion_not_implemented', 'reference_images', 'veo-3.0-generate-001'],
    [{ firstFrame: LINK }, 'conversion_not_implemented', 'input_reference'],
  ])('refuses %j as %s, naming %s', (...[fields, code, param, model]) => {
    expect(() => write(fields, model)).toThrow(
      expect.objectContaining({ code, options: expect.objectContaining({ param }) }),
    );
  });
});

describe("Veo's answer to a new video", () => {
  const error = (code: number, status: string, message = 'm') => ({ error: { code, status, message } });
  it.each<[number, unknown, object]>([
    [200, FIXTURES['accepted'], { outcome: 'accepted', upstreamId: HANDLE.upstreamId }],
    [400, FIXTURES['badKey'], { outcome: 'refused', failure: { kind: 'key', reason: 'key_refused' } }],
    [
      400,
      error(400, 'INVALID_ARGUMENT', '`durationSeconds` is out of bound.'),
      { failure: { kind: 'request', code: 'invalid_request' } },
    ],
    [
      400,
      error(400, 'INVALID_ARGUMENT', "The prompt violates Google's policies."),
      { failure: { kind: 'request', code: 'content_policy_violation' } },
    ],
    [
      400,
      error(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.'),
      { failure: { reason: 'region_refused' } },
    ],
    [400, error(400, 'FAILED_PRECONDITION', 'Please enable billing.'), { failure: { reason: 'out_of_credit' } }],
    [403, error(403, 'PERMISSION_DENIED'), { outcome: 'refused', failure: { kind: 'key' } }],
    [
      404,
      error(404, 'NOT_FOUND', 'models/veo-9 is not found'),
      { failure: { kind: 'channel', reason: 'model_refused' } },
    ],
    [429, FIXTURES['exhausted'], { outcome: 'refused', failure: { kind: 'saturated', reason: 'rate_limited' } }],
    [503, error(503, 'UNAVAILABLE'), { outcome: 'refused', failure: { kind: 'saturated', reason: 'overloaded' } }],
    [500, error(500, 'INTERNAL'), { outcome: 'unknown', failure: { kind: 'server' } }],
    [502, '<html>', { outcome: 'unknown' }],
    [200, { name: 'models/../../secret' }, { outcome: 'unknown' }],
  ])('%d %j is understood', (status, body, reading) => {
    expect(wire.readSubmission(status, body, undefined)).toMatchObject(reading);
  });
});

describe("Veo's answer about an operation", () => {
  it.each<[number, unknown, object]>([
    [200, FIXTURES['accepted'], { state: 'running' }],
    [200, FIXTURES['running'], { state: 'running' }],
    [
      200,
      FIXTURES['completed'],
      {
        state: 'completed',
        result: { kind: 'provider', path: '/files/fakefile1:download?alt=media', validSeconds: 172_800 },
      },
    ],
    [
      200,
      FIXTURES['filtered'],
      {
        state: 'failed',
        error: {
          code: 'content_policy_violation',
          message: "Sorry, we can't create videos with real people's names or likenesses.",
        },
      },
    ],
    [200, FIXTURES['failed'], { state: 'failed', error: { code: 'upstream_failed' } }],
    [200, FIXTURES['blocked'], { state: 'failed', error: { code: 'content_policy_violation' } }],
    [
      200,
      FIXTURES['invalid'],
      { state: 'failed', error: { code: 'invalid_request', message: 'The input image could not be decoded.' } },
    ],
    [404, FIXTURES['notFound'], { state: 'failed', error: { code: 'upstream_failed' } }],
    [404, '<html>', { state: 'unknown' }],
    [429, FIXTURES['exhausted'], { state: 'unknown', failure: { kind: 'saturated' } }],
    [400, FIXTURES['badKey'], { state: 'unknown', failure: { kind: 'key' } }],
    [200, { ...FIXTURES['completed'], name: 'models/x/operations/other' }, { state: 'unknown' }],
    [200, { ...FIXTURES['completed'], response: {} }, { state: 'unknown' }],
    [200, undefined, { state: 'unknown' }],
  ])('%d %j is understood', (status, body, progress) => {
    expect(wire.readPoll(status, body, HANDLE)).toMatchObject(progress);
  });

  it.each<[unknown, object]>([
    [
      'http://169.254.169.254/v1beta/files/x:download?alt=media',
      { kind: 'provider', path: '/files/x:download?alt=media' },
    ],
    ['https://storage.example.com/fake.mp4', { kind: 'url', url: 'https://storage.example.com/fake.mp4' }],
    ['http://10.0.0.1/files/x:download/../../admin', { kind: 'url' }],
  ])('never sends the key to the address %s that it names', (uri, result) => {
    expect(wire.readPoll(200, completedWith(uri), HANDLE)).toMatchObject({ state: 'completed', result });
  });

  it('is asked for by the name of the operation', () => {
    expect(wire.pollRequest(HANDLE)).toEqual({ method: 'GET', path: `/${HANDLE.upstreamId}` });
  });
});
