import { DomainError } from '@tokenbay/errors';
import type { PeriodState } from './key-points.js';
import { explainLimit } from './limit-refusal.js';

const refusal = new DomainError('api_key_point_limit_exceeded', 'r', { retryAfterSeconds: 7 });
const DAY_ENDS = '2026-03-02T00:00:00.000Z';
const aLimit = (limit: number, used: number, held = 0): PeriodState => ({
  ...{ period: 'day', limitMicropoints: limit, usedMicropoints: used, heldMicropoints: held },
  resetsAt: new Date(DAY_ENDS),
});
const say = (least: number, ...limits: PeriodState[]) => explainLimit(refusal, least, limits).publicMessage;

describe('the words of a refusal by a periodic limit', () => {
  it('say that the limit is used up, and until when', () => {
    expect(say(1, aLimit(2_000_000, 2_000_000))).toBe(
      `The API key's limit of 2 points per day is used up: wait until ${DAY_ENDS}, or have the limit raised.`,
    );
    expect(say(1, aLimit(2_000_000, 2_500_000))).toMatch('is used up');
  });

  it('say that the request alone is larger than what is left, what is held, and that a smaller one would fit', () => {
    expect(say(1_500_000, aLimit(2_000_000, 1_000_000))).toBe(
      "The request needs at least 1.5 points, and the API key's limit of 2 points per day leaves 1: send a smaller request (less input, a lower " +
        `output limit), or wait until ${DAY_ENDS}.`,
    );
    expect(say(1_500_000, aLimit(2_000_000, 500_000, 1_500_000))).toMatch(
      'leaves 0 beside 1.5 held for requests that run',
    );
  });

  it('say that no waiting helps where the request is larger than the whole limit, whatever else is used up', () => {
    const hour = { ...aLimit(1_000_000, 0), period: 'hour', resetsAt: new Date('2026-03-01T13:00:00Z') } as const;
    expect(say(1_500_000, aLimit(2_000_000, 2_000_000), hour)).toBe(
      "The request needs at least 1.5 points, more than the API key's whole limit of 1 point per hour: waiting does not help; send a smaller " +
        'request (less input, a lower output limit), or have the limit raised.',
    );
  });

  it('speak of the limit that ends last where several are in the way, and of none that has room again', () => {
    const month = {
      ...aLimit(3_000_000, 3_000_000),
      period: 'month',
      resetsAt: new Date('2026-04-01T00:00:00Z'),
    } as const;
    expect(say(1, aLimit(2_000_000, 2_000_000), month)).toMatch('3 points per month is used up');
    expect(explainLimit(refusal, 1, [aLimit(2, 0)])).toBe(refusal);
  });

  it('change nothing but the words', () => {
    const explained = explainLimit(refusal, 1, [aLimit(1, 1)]);
    expect(explained).toMatchObject({ code: refusal.code, detail: 'r', options: { retryAfterSeconds: 7 } });
  });
});
