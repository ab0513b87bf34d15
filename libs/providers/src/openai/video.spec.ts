import { readFileSync } from 'node:fs';
import { DroppedFields, type VideoCall } from '@tokenbay/protocol';
import { findAdapter } from '../adapters.js';
import type { VideoFormPart } from '../video-wire.js';

const FIXTURES = JSON.parse(readFileSync(new URL('./fixtures/videos.json', import.meta.url), 'utf8')) as Record<
  string,
  Record<string, unknown>
>;
const HANDLE = { upstreamId: 'video_68e0fake', upstreamModel: 'sora-2' };
const PNG = { kind: 'bytes', mediaType: 'image/png', bytes: new Uint8Array([1, 2, 3]) } as const;
const wire = findAdapter('openai')!.video!;

function write(fields: Partial<VideoCall>, provider = 'openai', dropped = new DroppedFields()) {
  const call = { prompt: 'A cat', referenceImages: [], metadata: {}, spelling: {}, ...fields };
  const written = findAdapter(provider)!.video!.writeSubmission(call, { upstreamModel: 'sora-2', dropped });
  const { body } = written.request;
  const parts = body?.kind === 'multipart' ? body.parts : [];
  return { ...written, parts, form: parts.map((part) => [part.name, valueOf(part)]) };
}

function valueOf(part: VideoFormPart): unknown {
  return 'value' in part ? part.value : [part.fileName, part.mediaType, [...part.bytes]];
}

describe("a video asked of OpenAI's API", () => {
  it('is a form, with the length that is held for and the size as it came', () => {
    const { request, form, seconds, size } = write({ seconds: 8, size: { width: 1280, height: 720 }, firstFrame: PNG });
    expect(request).toMatchObject({ method: 'POST', path: '/videos' });
    expect(form).toEqual([
      ['model', 'sora-2'],
      ['prompt', 'A cat'],
      ['seconds', '8'],
      ['size', '1280x720'],
      ['input_reference', ['image.png', 'image/png', [1, 2, 3]]],
    ]);
    expect({ seconds, size }).toEqual({ seconds: 8, size: '1280x720' });
    expect(write({})).toMatchObject({ seconds: 4, size: undefined });
  });

  it('names a picture by its address as the official library does', () => {
    const firstFrame = { kind: 'url', url: 'https://example.com/a.png' } as const;
    expect(write({ firstFrame }).form).toContainEqual(['input_reference[image_url]', 'https://example.com/a.png']);
  });

  it.each<[Partial<VideoCall>, string]>([
    [{ resolution: '720p' }, '720x1280'],
    [{ aspectRatio: '16:9' }, '1280x720'],
    [{ resolution: '1080p', aspectRatio: '16:9' }, '1920x1080'],
  ])('says %j as the size %s', (fields, size) => {
    expect(write(fields)).toMatchObject({ size, form: expect.arrayContaining([['size', size]]) });
  });

  it.each<[Partial<VideoCall>, string, string]>([
    [{ resolution: '480p' }, 'invalid_request', 'resolution'],
    [{ aspectRatio: '1:1' }, 'invalid_request', 'aspect_ratio'],
    [{ aspectRatio: '16:9', size: { width: 720, height: 1280 } }, 'invalid_request', 'size'],
    [{ lastFrame: PNG }, 'conversion_not_implemented', 'last_frame_image'],
    [{ referenceImages: [PNG] }, 'conversion_not_implemented', 'reference_images'],
    [{ negativePrompt: 'rain' }, 'conversion_not_implemented', 'negative_prompt'],
  ])('refuses %j by its name', (fields, code, param) => {
    expect(() => write(fields)).toThrow(expect.objectContaining({ code, options: expect.objectContaining({ param }) }));
  });

  it('needs a prompt, and leaves out by name what the API does not know', () => {
    const dropped = new DroppedFields();
    expect(write({ metadata: { ratio: '1:1' } }, 'openai', dropped).form).not.toContainEqual([
      'metadata[ratio]',
      '1:1',
    ]);
    expect(dropped.list).toEqual(['metadata.ratio']);
    const wordless = { referenceImages: [], metadata: {}, spelling: {} };
    expect(() => wire.writeSubmission(wordless, { upstreamModel: 'sora-2', dropped })).toThrow('prompt');
  });

  it('goes to others of this format with everything, by the names that clients use', () => {
    const { form } = write(
      {
        ...{ resolution: '480p', aspectRatio: '1:1', negativePrompt: 'rain', lastFrame: PNG, referenceImages: [PNG] },
        metadata: { watermark: false, camera: 'left' },
      },
      'openai-compatible',
    );
    expect(form.map(([name]) => name)).toEqual([
      ...['model', 'prompt', 'seconds', 'resolution', 'aspect_ratio', 'negative_prompt', 'last_frame_image'],
      ...['reference_images[]', 'metadata[watermark]', 'metadata[camera]'],
    ]);
    expect(form).toContainEqual(['metadata[watermark]', 'false']);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ num_videos: 4 }, 'metadata.num_videos'],
    [{ numVideos: '4' }, 'metadata.numVideos'],
    [{ 'number-of-outputs': 2 }, 'metadata.number-of-outputs'],
    [{ num_frames: 241 }, 'metadata.num_frames'],
    [{ FPS: 60 }, 'metadata.FPS'],
    [{ video_length: 20 }, 'metadata.video_length'],
    [{ quality: 'high' }, 'metadata.quality'],
    [{ service_tier: 'priority' }, 'metadata.service_tier'],
    [{ generate_audio: true }, 'metadata.generate_audio'],
    [{ upscale: {} }, 'metadata.upscale'],
    [{ parameters: { n: 2 } }, 'metadata.parameters.n'],
    [{ shots: [{ duration: 9 }] }, 'metadata.shots.0.duration'],
    [{ extra: '{"n":2}' }, 'metadata.extra.n'],
    [{ extra: ' [{"n":2}]' }, 'metadata.extra.0.n'],
    [{ 'options][n': 2 }, 'metadata.options][n'],
  ])('refuses to hand %j on: it could change the price', (metadata, param) => {
    expect(() => write({ metadata }, 'openai-compatible')).toThrow(
      expect.objectContaining({ code: 'invalid_request', options: expect.objectContaining({ param }) }),
    );
  });

  it('hands on what says that nothing dearer is wanted, and what it cannot know', () => {
    const metadata = { n: '1', quality: 'standard', generate_audio: false, service_tier: 'default', fps: null };
    const { form } = write({ metadata: { ...metadata, seed: 7, note: '{n' } }, 'openai-compatible');
    expect(form.slice(3)).toEqual([
      ...[
        ['metadata[n]', '1'],
        ['metadata[quality]', 'standard'],
        ['metadata[generate_audio]', 'false'],
      ],
      ...[
        ['metadata[service_tier]', 'default'],
        ['metadata[fps]', 'null'],
        ['metadata[seed]', '7'],
      ],
      ['metadata[note]', '{n'],
    ]);
  });
});

describe("OpenAI's answer to a new video", () => {
  it.each<[number, unknown, object]>([
    [200, FIXTURES['accepted'], { outcome: 'accepted', upstreamId: 'video_68e0fake' }],
    [400, FIXTURES['invalid'], { outcome: 'refused', failure: { kind: 'request', param: 'seconds' } }],
    [401, FIXTURES['badKey'], { outcome: 'refused', failure: { kind: 'key', reason: 'key_refused' } }],
    [429, {}, { outcome: 'refused', failure: { kind: 'saturated' } }],
    [403, '<html>', { outcome: 'refused', failure: { kind: 'key' } }],
    [503, { error: { message: 'busy' } }, { outcome: 'refused', failure: { kind: 'server' } }],
    [503, '<html>', { outcome: 'unknown', failure: { kind: 'server' } }],
    [500, { error: { message: 'oops' } }, { outcome: 'unknown', failure: { kind: 'server' } }],
    [502, undefined, { outcome: 'unknown', failure: { kind: 'server' } }],
    [408, {}, { outcome: 'unknown' }],
    [200, '<html>', { outcome: 'unknown' }],
    [200, { id: '../admin' }, { outcome: 'unknown' }],
    [200, { error: { code: 'invalid_api_key' } }, { outcome: 'refused', failure: { kind: 'key' } }],
  ])('%d %j is understood', (status, body, reading) => {
    expect(wire.readSubmission(status, body, undefined)).toMatchObject(reading);
  });
});

describe("OpenAI's answer about a video", () => {
  it.each<[number, unknown, object]>([
    [200, FIXTURES['accepted'], { state: 'queued', percent: 0 }],
    [200, FIXTURES['running'], { state: 'running', percent: 33 }],
    [200, { ...FIXTURES['running'], status: 'reticulating' }, { state: 'running', percent: 33 }],
    [200, { ...FIXTURES['running'], progress: 'half' }, { state: 'running' }],
    [
      200,
      FIXTURES['completed'],
      {
        state: 'completed',
        result: { kind: 'provider', path: '/videos/video_68e0fake/content', validSeconds: 86_400 },
        usage: { seconds: 8 },
      },
    ],
    [
      200,
      FIXTURES['failed'],
      { state: 'failed', error: { code: 'upstream_failed', message: 'The provider could not generate this video.' } },
    ],
    [
      200,
      FIXTURES['blocked'],
      {
        state: 'failed',
        error: {
          code: 'content_policy_violation',
          message: 'Your request was blocked by our moderation system.',
        },
      },
    ],
    [404, FIXTURES['notFound'], { state: 'failed', error: { code: 'upstream_failed' } }],
    [400, { error: { code: 'task_not_found', message: 'x' } }, { state: 'failed' }],
    [404, FIXTURES['wrongAddress'], { state: 'unknown', failure: { kind: 'channel' } }],
    [404, '<html>', { state: 'unknown' }],
    [401, FIXTURES['badKey'], { state: 'unknown', failure: { kind: 'key' } }],
    [500, undefined, { state: 'unknown', failure: { kind: 'server' } }],
    [200, '<html>', { state: 'unknown' }],
    [200, { ...FIXTURES['completed'], id: 'video_other' }, { state: 'unknown' }],
    [200, { id: 'video_68e0fake' }, { state: 'unknown' }],
  ])('%d %j is understood', (status, body, progress) => {
    expect(wire.readPoll(status, body, HANDLE)).toMatchObject(progress);
  });

  it('is asked for by the id of the task', () => {
    expect(wire.pollRequest(HANDLE)).toEqual({ method: 'GET', path: '/videos/video_68e0fake' });
  });
});
