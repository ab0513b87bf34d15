import type { ProviderAdapter } from '../provider-adapter.js';
import { readDashscopeFailure } from './errors.js';
import { readDashscopeProgress, readDashscopeSubmission } from './progress.js';
import { writeDashscopeSubmission } from './request.js';

/** Alibaba's Model Studio: videos of Wan and HappyHorse. */
export const DASHSCOPE_ADAPTER: ProviderAdapter = {
  name: 'dashscope',
  headers: (secret) => ({ authorization: `Bearer ${secret}` }),
  wires: [],
  readFailure: readDashscopeFailure,
  video: {
    writeSubmission: writeDashscopeSubmission,
    readSubmission: readDashscopeSubmission,
    pollRequest: ({ upstreamId }) => ({ method: 'GET', path: `/tasks/${upstreamId}` }),
    readPoll: readDashscopeProgress,
    takesImageUrls: true,
    pollPace: { firstMs: 5_000, minMs: 5_000, maxMs: 45_000 },
  },
};
