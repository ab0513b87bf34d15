import type { VideoWire } from '../video-wire.js';
import { readVeoProgress, readVeoSubmission } from './progress.js';
import { writeVeoSubmission } from './request.js';

/** Veo, as the Gemini API serves it: a long-running operation, and files behind the same credential. */
export const VEO_WIRE: VideoWire = {
  writeSubmission: writeVeoSubmission,
  readSubmission: readVeoSubmission,
  pollRequest: ({ upstreamId }) => ({ method: 'GET', path: `/${upstreamId}` }),
  readPoll: readVeoProgress,
  takesImageUrls: false,
  pollPace: { firstMs: 4_000, minMs: 4_000, maxMs: 30_000 },
};
