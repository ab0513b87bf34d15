import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { SecretBox, SecretsKey } from '@tokenbay/platform';
import type { ChannelKeyEntity } from './channel-key.entity.js';
import type { ChannelEntity } from './channel.entity.js';
import { ChannelKey, sealContextOf, toChannel } from './channel.js';
import { timeLimitsOf } from './time-limits.js';

const CANARY = 'sk-upstream-canary-0123456789';
const aBox = () => new SecretBox(SecretsKey.parse(randomBytes(32).toString('base64'))!);
const rowOf = (box: SecretBox, context = sealContextOf('7', '9')) =>
  ({ id: '9', channelId: '7', weight: 1, enabled: true, secret: box.seal(CANARY, context) }) as ChannelKeyEntity;
const row = {
  ...{ id: '7', name: 'c', provider: 'openai', baseUrl: 'https://x/v1', models: { a: 'b' }, groups: ['default'] },
  ...{ connectTimeoutMs: null, firstByteTimeoutMs: null, idleTimeoutMs: null, totalTimeoutMs: null },
  taskTimeoutMs: null,
} as unknown as ChannelEntity;

describe('the secret of a channel key', () => {
  it('opens for its own row, and once only', () => {
    const box = aBox();
    const open = box.open.bind(box);
    let opened = 0;
    box.open = (...args) => ((opened += 1), open(...args));
    const key = new ChannelKey(rowOf(box), box);
    expect(opened).toBe(0);
    expect([key.secret(), key.secret()]).toEqual([CANARY, CANARY]);
    expect(opened).toBe(1);
  });

  it('does not open for another row, another channel, or another SECRETS_KEY', () => {
    const box = aBox();
    const refusal = expect.objectContaining({ code: 'channel_key_unavailable' }) as Error;
    for (const context of [sealContextOf('7', '8'), sealContextOf('8', '9')])
      expect(() => new ChannelKey(rowOf(box, context), box).secret()).toThrow(refusal);
    expect(() => new ChannelKey(rowOf(box), aBox()).secret()).toThrow(refusal);
  });

  it('shows in no dump of the channel, opened or not', () => {
    const box = aBox();
    const channel = toChannel(row, [rowOf(box)], box);
    channel.keys[0]?.secret();
    for (const dump of [JSON.stringify(channel), inspect(channel, { depth: 9, showHidden: true })])
      expect(dump).not.toContain(CANARY);
  });
});

describe('the time limits of a channel', () => {
  const plain = (limits: object) => timeLimitsOf({ ...row, ...limits }, { isStream: false });
  const stream = (limits: object) => timeLimitsOf({ ...row, ...limits }, { isStream: true });

  it('end a plain request before common clients hang up, and let it be silent until then', () => {
    expect(plain({})).toEqual({
      connectTimeoutMs: 5_000,
      firstByteTimeoutMs: 280_000,
      idleTimeoutMs: 280_000,
      totalTimeoutMs: 280_000,
    });
    expect(plain({ totalTimeoutMs: 900 })).toMatchObject({ firstByteTimeoutMs: 900, totalTimeoutMs: 900 });
  });

  it('let a stream last, as long as something comes', () => {
    expect(stream({})).toEqual({
      connectTimeoutMs: 5_000,
      firstByteTimeoutMs: 120_000,
      idleTimeoutMs: 60_000,
      totalTimeoutMs: 3_600_000,
    });
  });

  it('are what the channel says for both', () => {
    const limits = { connectTimeoutMs: 1, firstByteTimeoutMs: 2, idleTimeoutMs: 3, totalTimeoutMs: 4 };
    expect(plain(limits)).toEqual(limits);
    expect(stream(limits)).toEqual(limits);
  });
});
