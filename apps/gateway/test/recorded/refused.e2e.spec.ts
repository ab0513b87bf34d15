import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type HttpAnswer, uniqueName, type World } from '@tokenbay/testing';
import { expectRefusal, type RefusalCode, type RefusalForm } from '../expect-refusal.js';
import { useSystem } from '../use-system.js';
import { REFUSALS } from './recordings.js';

const house = useSystem();

/** A provider that refuses each request as the number in its model's name says. */
const refuser: Server = createServer((request, response) => {
  void text(request).then((body) => {
    const [, place] = /recorded-(\d+)/.exec(`${request.url} ${body}`) ?? [];
    const { status, body: refusal, retryAfterSeconds } = REFUSALS[Number(place)]!;
    const retry = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
    response.writeHead(status, { 'content-type': 'application/json', ...retry });
    response.end(JSON.stringify(refusal));
  });
});
let origin: string;
beforeAll(async () => {
  refuser.listen(0, '127.0.0.1');
  await once(refuser, 'listening');
  origin = `http://127.0.0.1:${(refuser.address() as AddressInfo).port}`;
});
afterAll(() => {
  refuser.closeAllConnections();
  refuser.close();
});

const VERSIONS: Readonly<Record<string, string>> = { 'azure-openai': '/openai/v1', gemini: '/v1beta' };
const messages = [{ role: 'user', content: 'Hello' }];
/** One short request in each dialect. */
const DIALECTS: readonly [RefusalForm['dialect'], (world: World) => Promise<HttpAnswer>][] = [
  ['openai', ({ modelName: model, apiKey }) => post('/v1/chat/completions', apiKey, { model, messages })],
  ['openai', ({ modelName: model, apiKey }) => post('/v1/responses', apiKey, { model, input: 'Hello', store: false })],
  ['anthropic', ({ modelName: model, apiKey }) => post('/v1/messages', apiKey, { model, max_tokens: 99, messages })],
  [
    'gemini',
    ({ modelName, apiKey }) =>
      post(`/v1beta/models/${modelName}:generateContent`, apiKey, {
        contents: [{ role: 'user', parts: [{ text: 'Hello' }] }],
      }),
  ],
];
/** What clients are told of what is not their fault. */
const OURS: Readonly<Record<string, RefusalCode>> = {
  ...{ key: 'channel_key_unavailable', channel: 'channel_unavailable' },
  ...{ saturated: 'upstream_saturated', server: 'upstream_failed' },
};

function post(path: string, apiKey: string, body: object): Promise<HttpAnswer> {
  return house.system.gateway.post(path, apiKey, body);
}

function worldOf(place: number): Promise<World> {
  const { provider } = REFUSALS[place]!;
  const channel = { provider, baseUrl: origin + (VERSIONS[provider] ?? '/v1') };
  return house.system.world({ upstreamModel: `recorded-${place}-${uniqueName('model')}`, channel });
}

/** So many worlds are made at a time: each waits until it is in force. */
const WORLDS_AT_ONCE = 25;
const WORLDS_TIMEOUT_MS = 60_000;
const worlds: World[] = [];
beforeAll(async () => {
  for (let from = 0; from < REFUSALS.length; from += WORLDS_AT_ONCE) {
    const batch = REFUSALS.slice(from, from + WORLDS_AT_ONCE);
    worlds.push(...(await Promise.all(batch.map((_, index) => worldOf(from + index)))));
  }
}, WORLDS_TIMEOUT_MS);

describe('what clients are told of a refusal', () => {
  const places = REFUSALS.map(({ provider, what, status }, place) => [provider, what, status, place] as const);

  it.each(places)('by %s: %s (%i)', async (_, __, ___, place) => {
    const { judged, hidden = [], retryAfterSeconds } = REFUSALS[place]!;
    const world = worlds[place]!;
    // What is ours changes the channel, so that only the first to ask hears of it.
    const asking = judged.kind === 'request' ? DIALECTS : [DIALECTS[place % DIALECTS.length]!];
    for (const [dialect, ask] of asking) {
      const answer = await ask(world);
      const code = judged.kind === 'request' ? (judged.code as RefusalCode) : OURS[judged.kind]!;
      const waitSeconds = expectRefusal(answer, code, { dialect: dialect! });
      for (const secret of hidden) expect(answer.text).not.toContain(secret);
      if (judged.kind === 'saturated' && retryAfterSeconds !== undefined)
        expect(Math.abs(waitSeconds! - retryAfterSeconds)).toBeLessThanOrEqual(1);
    }
    expect(await house.pointsOf(world)).toMatchObject({ available: '1000', held: '0' });
  });
});
