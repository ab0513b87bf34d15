import { jest } from '@jest/globals';
import type { Visit } from '@tokenbay/channels';
import { UpstreamError, type UpstreamErrorKind } from '../upstream/upstream-error.js';
import { toAttemptFailure } from './attempt.js';
import { endVisit } from './end-visit.js';

describe('the health of a channel', () => {
  it.each<[UpstreamErrorKind, boolean]>([
    ['connect', true],
    ['timeout', true],
    ['exhausted', false],
    ['abandoned', false],
    ['stopping', false],
  ])('after a call that ended as %s learns of a failure: %j', (kind, isBlamed) => {
    const visit = { fail: jest.fn(), release: jest.fn() };
    for (const error of [new UpstreamError(kind, 'x'), toAttemptFailure(new UpstreamError(kind, 'x'))])
      endVisit(visit as unknown as Visit, error);
    expect(visit.fail).toHaveBeenCalledTimes(isBlamed ? 2 : 0);
    expect(visit.release).toHaveBeenCalledTimes(isBlamed ? 0 : 2);
  });
});
