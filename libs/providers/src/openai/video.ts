import type { VideoWire } from '../video-wire.js';
import type { OpenAiDialect } from './endpoint.js';
import { readVideoProgress, readVideoSubmission } from './video-progress.js';
import { writeVideoSubmission } from './video-request.js';

/** Videos as OpenAI serves them: a form, a task that is polled, and its content behind the same credential. */
export function createVideoWire(dialect: OpenAiDialect): VideoWire {
  return {
    writeSubmission: (call, terms) => writeVideoSubmission(call, terms, dialect),
    readSubmission: readVideoSubmission,
    pollRequest: ({ upstreamId }) => ({ method: 'GET', path: `/videos/${upstreamId}` }),
    readPoll: readVideoProgress,
    takesImageUrls: true,
    pollPace: { firstMs: 2_000, minMs: 1_500, maxMs: 20_000 },
  };
}
