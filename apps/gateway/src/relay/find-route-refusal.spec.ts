import { findRouteRefusal } from './find-route-refusal.js';

const codeOf = (line: string, wantsUpgrade = false) => {
  const [method = '', path = ''] = line.split(' ');
  const { code, status } = findRouteRefusal({ method, path, wantsUpgrade });
  return `${status} ${code}`;
};

describe('a request that no controller serves', () => {
  it.each([
    'GET /v1/responses/resp_1',
    'POST /v1/responses/compact',
    'POST /v1/completions',
    'GET /v1/chat/completions',
    'GET /v1/chat/completions/chatcmpl_1',
    'POST /v1/messages/batches',
    'POST /v1/images/variations',
    'GET /v1/audio/voices',
    'DELETE /v1/models/ft:x/y',
    'POST /v1/files',
    'GET /v1/vector_stores/vs_1/files',
    'POST /v1/engines/x/completions',
    'POST /v1/videos/video_1/remix',
    'DELETE /v1/videos/video_1',
    'POST /v1beta/models/veo:predictLongRunning',
    'POST /v1/models/a/b:batchGenerateContent',
    'POST /v1beta/models/m%3Apredict',
    'POST /v1beta/models/m:asyncBatchEmbedContent',
    'GET /v1beta/files/x',
    'POST /upload/v1beta/files',
    'POST /upload/v1/files',
    'POST /v1/cachedContents',
    'POST /v1/interactions',
    'GET /v1/responses',
  ])('is told 501 where providers have such a path: %s', (line) => {
    expect(codeOf(line)).toBe('501 not_implemented');
  });

  it('is told to use HTTP where it asks for a WebSocket', () => {
    expect(codeOf('GET /v1/responses', true)).toBe('426 not_implemented');
  });

  it.each([
    'GET /',
    'GET /v1',
    'POST /v1/models',
    'POST /v1beta/models/m:generateContents',
    'POST /v1/models/a/b:c',
    'GET /v1beta/models/m:generateContent',
    'PUT /v1/account',
    'POST /v1/chat/completion',
    'POST /V1/chat/completions',
    'POST /v1/filesystem',
    'POST /health/live',
    'GET /v1/embeddings',
    'GET /v1/messages',
    'PATCH /v1/videos',
    'GET /admin/v1/accounts',
    'POST //v1/files',
  ])('is told 404 where nobody has such a path: %s', (line) => {
    expect(codeOf(line)).toBe('404 route_not_found');
  });
});
