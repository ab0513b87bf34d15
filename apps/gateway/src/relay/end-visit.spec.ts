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
    const learned: string[] = [];
    const visit: Partial<Visit> = {
      fail: () => void learned.push('failed'),
      release: () => void learned.push('nothing'),
    };
    for (const error of [new UpstreamError(kind, 'x'), toAttemptFailure(new UpstreamError(kind, 'x'))])
      endVisit(visit as Visit, error);
    expect(learned).toEqual(isBlamed ? ['failed', 'failed'] : ['nothing', 'nothing']);
  });
});
