import type { VideoWire } from '../video-wire.js';
import { readArkProgress, readArkSubmission } from './progress.js';
import { writeArkSubmission } from './request.js';

const TASKS_PATH = '/contents/generations/tasks';

/** Seedance's videos on Volcengine Ark; BytePlus ModelArk speaks the same. */
export const SEEDANCE_WIRE: VideoWire = {
  writeSubmission: (call, terms) => writeArkSubmission(TASKS_PATH, call, terms),
  readSubmission: readArkSubmission,
  pollRequest: ({ upstreamId }) => ({ method: 'GET', path: `${TASKS_PATH}/${upstreamId}` }),
  readPoll: readArkProgress,
  takesImageUrls: true,
  pollPace: { firstMs: 3_000, minMs: 3_000, maxMs: 30_000 },
};
