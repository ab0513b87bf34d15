import { readFileSync } from 'node:fs';
import { DroppedFields, type VideoCall } from '@tokenbay/protocol';
import { findAdapter } from '../adapters.js';

const FIXTURES = JSON.parse(readFileSync(new URL('./fixtures/tasks.json', import.meta.url), 'utf8')) as Record<
  string,
  Record<string, unknown>
>;
const HANDLE = { upstreamId: '0385dc79-fake', upstreamModel: 'wan2.7-t2v' };
const PNG = { kind: 'bytes', mediaType: 'image/png', bytes: new Uint8Array([1, 2, 3]) } as const;
const LINK = { kind: 'url', url: 'https://example.com/a.png' } as const;
const DATA = 'data:image/png;base64,AQID';
const wire = findAdapter('dashscope')!.video!;

function write(upstreamModel: string, fields: Partial<VideoCall>, dropped = new DroppedFields()) {
  const call = { prompt: 'A cat', referenceImages: [], metadata: {}, spelling: {}, ...fields };
  const written = wire.writeSubmission(call, { upstreamModel, dropped });
  const { body } = written.request;
  return { ...written, json: body?.kind === 'json' ? body.json : {} };
}

describe('a video asked of DashScope', () => {
  it.each<[string, Partial<VideoCall>, object, object]>([
    [
      'happyhorse-1.0-t2v',
      { resolution: '720p', aspectRatio: '16:9', seconds: 3, metadata: { watermark: 'false' } },
      { prompt: 'A cat' },
      { resolution: '720P', ratio: '16:9', duration: 3, watermark: false },
    ],
    [
      'happyhorse-1.1-i2v',
      { firstFrame: PNG },
      { prompt: 'A cat', media: [{ type: 'first_frame', url: DATA }] },
      { duration: 5 },
    ],
    [
      'happyhorse-1.0-r2v',
      { referenceImages: [LINK, PNG] },
      {
        prompt: 'A cat',
        media: [
          { type: 'reference_image', url: LINK.url },
          { type: 'reference_image', url: DATA },
        ],
      },
      { duration: 5 },
    ],
    [
      'wan2.7-t2v-2026-06-12',
      { size: { width: 720, height: 1280 }, negativePrompt: 'rain' },
      { prompt: 'A cat', negative_prompt: 'rain' },
      { resolution: '720P', ratio: '9:16', duration: 5 },
    ],
    [
      'wan2.7-i2v',
      { firstFrame: LINK, lastFrame: PNG, seconds: 15 },
      {
        prompt: 'A cat',
        media: [
          { type: 'first_frame', url: LINK.url },
          { type: 'last_frame', url: DATA },
        ],
      },
      { duration: 15 },
    ],
    ['wan2.6-t2v', { size: { width: 1920, height: 1080 } }, { prompt: 'A cat' }, { size: '1920*1080', duration: 5 }],
    ['wan2.5-t2v-preview', { aspectRatio: '9:16' }, { prompt: 'A cat' }, { size: '720*1280', duration: 5 }],
    [
      'wan2.6-i2v',
      { firstFrame: LINK, resolution: '1080p', seconds: 10, metadata: { shot_type: 'multi', audio: true } },
      { prompt: 'A cat', img_url: LINK.url },
      { resolution: '1080P', duration: 10, shot_type: 'multi', audio: true },
    ],
    [
      'wan2.6-r2v',
      { referenceImages: [LINK], resolution: '720p' },
      { prompt: 'A cat', reference_urls: [LINK.url] },
      { size: '1280*720', duration: 5 },
    ],
    [
      'wan3.0-video',
      { firstFrame: LINK, seconds: 30, aspectRatio: 'adaptive' },
      { prompt: 'A cat', media: [{ type: 'first_frame', url: LINK.url }] },
      { ratio: 'adaptive', duration: 30 },
    ],
  ])('for %s and %j has the form of that family', (model, fields, input, parameters) => {
    const { request, json } = write(model, fields);
    expect(request).toMatchObject({
      ...{ method: 'POST', path: '/services/aigc/video-generation/video-synthesis' },
      headers: { 'x-dashscope-async': 'enable' },
    });
    expect(json).toEqual({ model, input, parameters });
  });

  it('with first and last frame goes to the endpoint of its own that the earlier models have', () => {
    const { request, json } = write('wan2.2-kf2v-flash', { firstFrame: LINK, lastFrame: PNG });
    expect(request.path).toBe('/services/aigc/image2video/video-synthesis');
    expect(json).toMatchObject({ input: { first_frame_url: LINK.url, last_frame_url: DATA } });
  });

  it('follows the picture where there is one, and says that the ratio was left out', () => {
    const dropped = new DroppedFields();
    const { json, size } = write(
      'happyhorse-1.0-i2v',
      { firstFrame: LINK, aspectRatio: '1:1', resolution: '720p' },
      dropped,
    );
    expect(json).toMatchObject({ parameters: { resolution: '720P', duration: 5 } });
    expect([dropped.list, size]).toEqual([['aspect_ratio'], undefined]);
    const sized = new DroppedFields();
    const { json: square } = write('wan2.6-i2v', { firstFrame: LINK, size: { width: 1920, height: 1080 } }, sized);
    expect(square).toMatchObject({ parameters: { resolution: '1080P' } });
    expect(sized.list).toEqual(['size']);
  });

  it.each<[string, Partial<VideoCall>, string, string]>([
    ['happyhorse-1.0-t2v', { seconds: 2 }, 'invalid_request', 'seconds'],
    ['happyhorse-1.0-t2v', { resolution: '480p' }, 'invalid_request', 'resolution'],
    ['happyhorse-1.0-t2v', { firstFrame: PNG }, 'invalid_request', 'input_reference'],
    ['happyhorse-1.0-i2v', {}, 'invalid_request', 'input_reference'],
    ['happyhorse-1.0-r2v', {}, 'invalid_request', 'reference_images'],
    ['happyhorse-1.0-t2v', { negativePrompt: 'rain' }, 'conversion_not_implemented', 'negative_prompt'],
    ['wan2.7-i2v', { lastFrame: PNG, firstFrame: undefined as never }, 'invalid_request', 'input_reference'],
    ['wan2.5-t2v-preview', { seconds: 7 }, 'invalid_request', 'seconds'],
    ['wan2.2-t2v-plus', { seconds: 10 }, 'invalid_request', 'seconds'],
    ['wan2.6-t2v', { size: { width: 1024, height: 1792 } }, 'invalid_request', 'size'],
    ['wan2.7-t2v', { aspectRatio: '21:9' }, 'invalid_request', 'aspect_ratio'],
    [
      'wan3.0-video',
      { referenceImages: Array.from({ length: 11 }, () => LINK) },
      'invalid_request',
      'reference_images',
    ],
  ])('%s refuses %j as %s, naming %s', (model, fields, code, param) => {
    expect(() => write(model, fields)).toThrow(
      expect.objectContaining({ code, options: expect.objectContaining({ param }) }),
    );
  });
});

describe("DashScope's answer to a new task", () => {
  const error = (code: string) => ({ code, message: 'm', request_id: 'r' });
  it.each<[number, unknown, object]>([
    [200, FIXTURES['accepted'], { outcome: 'accepted', upstreamId: '0385dc79-fake' }],
    [401, FIXTURES['badKey'], { outcome: 'refused', failure: { kind: 'key', reason: 'key_refused' } }],
    [400, error('InvalidParameter'), { outcome: 'refused', failure: { kind: 'request', code: 'invalid_request' } }],
    [400, error('InvalidParameter.DataInspection'), { failure: { kind: 'request', code: 'invalid_request' } }],
    [400, error('DataInspectionFailed'), { failure: { kind: 'request', code: 'content_policy_violation' } }],
    [400, error('IPInfringementSuspect'), { failure: { kind: 'request', code: 'content_policy_violation' } }],
    [400, error('Arrearage'), { failure: { kind: 'key', reason: 'out_of_credit' } }],
    [403, error('AccessDenied'), { failure: { kind: 'key', reason: 'key_refused' } }],
    [403, error('AccessDenied.Unpurchased'), { failure: { kind: 'channel', reason: 'model_refused' } }],
    [403, error('AllocationQuota.FreeTierOnly'), { failure: { kind: 'key', reason: 'out_of_credit' } }],
    [404, error('ModelNotFound'), { failure: { kind: 'channel', reason: 'model_refused' } }],
    [
      429,
      error('Throttling.RateQuota'),
      { outcome: 'refused', failure: { kind: 'saturated', reason: 'rate_limited' } },
    ],
    [503, error('ModelServingError'), { outcome: 'refused', failure: { kind: 'saturated', reason: 'overloaded' } }],
    [500, error('InternalError'), { outcome: 'unknown', failure: { kind: 'server' } }],
    [200, { output: {} }, { outcome: 'unknown' }],
    [200, error('InvalidApiKey'), { outcome: 'refused', failure: { kind: 'key' } }],
    [502, '<html>', { outcome: 'unknown', failure: { kind: 'server' } }],
  ])('%d %j is understood', (status, body, reading) => {
    expect(wire.readSubmission(status, body, undefined)).toMatchObject(reading);
  });
});

describe("DashScope's answer about a task", () => {
  const completed = {
    state: 'completed',
    result: {
      ...{ kind: 'url', url: 'https://dashscope-result.example.com/fake.mp4?Expires=1795459300' },
      validSeconds: 86_400,
    },
    usage: { seconds: 5 },
  };
  it.each<[number, unknown, object]>([
    [200, FIXTURES['pending'], { state: 'queued' }],
    [200, FIXTURES['running'], { state: 'running' }],
    [200, { output: { task_id: '0385dc79-fake', task_status: 'SUSPENDED' } }, { state: 'running' }],
    [200, FIXTURES['succeeded'], completed],
    [200, FIXTURES['earlier'], completed],
    [200, { output: { task_id: '0385dc79-fake', task_status: 'SUCCEEDED' } }, { state: 'unknown' }],
    [200, FIXTURES['failed'], { state: 'failed', error: { code: 'upstream_failed' } }],
    [
      200,
      FIXTURES['invalid'],
      { state: 'failed', error: { code: 'invalid_request', message: 'The size is not match the allowed size.' } },
    ],
    [200, FIXTURES['blocked'], { state: 'failed', error: { code: 'content_policy_violation' } }],
    [200, FIXTURES['cancelled'], { state: 'failed', error: { code: 'upstream_failed' } }],
    [200, FIXTURES['unknown'], { state: 'unknown' }],
    [200, { output: { task_id: 'another', task_status: 'FAILED' } }, { state: 'unknown' }],
    [401, FIXTURES['badKey'], { state: 'unknown', failure: { kind: 'key' } }],
    [404, '<html>', { state: 'unknown' }],
    [500, undefined, { state: 'unknown', failure: { kind: 'server' } }],
    [200, [], { state: 'unknown' }],
  ])('%d %j is understood', (status, body, progress) => {
    expect(wire.readPoll(status, body, HANDLE)).toMatchObject(progress);
  });

  it('is asked for by its id', () => {
    expect(wire.pollRequest(HANDLE)).toEqual({ method: 'GET', path: '/tasks/0385dc79-fake' });
  });
});
