import { generateWebhookSecret, isWebhookSecret, signWebhook } from './webhook-secret.js';

describe('the secret of webhooks', () => {
  it('is made well formed, and never twice', () => {
    const made = Array.from({ length: 50 }, generateWebhookSecret);
    expect(made.every(isWebhookSecret)).toBe(true);
    expect(new Set(made).size).toBe(made.length);
  });

  const base64 = (bytes: number) => Buffer.alloc(bytes, 7).toString('base64');

  it('is 24 to 64 bytes in base64 behind its prefix', () => {
    for (const bytes of [24, 25, 32, 64]) expect(isWebhookSecret(`whsec_${base64(bytes)}`)).toBe(true);
    const wrong = [
      ...['', 'whsec_', `whsec_${base64(23)}`, `whsec_${base64(65)}`, base64(32), `WHSEC_${base64(32)}`],
      ...[
        `whsec_${base64(32)}\n`,
        `whsec_ ${base64(32)}`,
        `whsec_${base64(32).replace('=', '')}`,
        `whsec_${'-_'.repeat(20)}`,
      ],
    ];
    expect(wrong.filter(isWebhookSecret)).toEqual([]);
  });
});

describe('the signature of a webhook', () => {
  it('is the one that the scheme publishes', () => {
    const signed = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body: '{"test": 2432232314}' };
    const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
    expect(signWebhook(['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], signed)).toBe(signature);
    const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    expect(signWebhook([other, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'], signed)).toBe(
      `${signWebhook([other], signed)} ${signature}`,
    );
  });
});
