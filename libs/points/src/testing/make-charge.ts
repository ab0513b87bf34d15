import { uuidv7 } from '@tokenbay/platform';
import type { Charge } from '../charge.js';

/** A plain charge of a completed chat; what matters to a test is overridden. */
export function makeCharge(overrides: Partial<Charge> = {}): Charge {
  return {
    requestId: uuidv7(),
    cost: 1,
    outcome: 'completed',
    model: 'gpt-4o-mini',
    channelId: '1',
    dialect: 'openai',
    stream: false,
    status: 200,
    code: null,
    tokens: { input: 10, cachedInput: 0, cacheWrite: 0, output: 5, reasoning: 0 },
    usageSource: 'reported',
    priceVersion: 1,
    latencyMs: 120,
    firstByteMs: 40,
    receipt: {
      lines: [{ kind: 'inputPerMillion', quantity: 10, unitPrice: '0.1', points: '0.000001' }],
      multiplier: '1',
      attempts: [{ channelId: '1', keyId: '1', status: 200, ms: 118, reason: null }],
    },
    ...overrides,
  };
}
