import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSystem, type System, WORKSPACE } from '@tokenbay/testing';
import { renderMatrix, type Outcome, withMatrix } from './render-matrix.js';
import { CHAT } from './speak-chat.js';
import { GEMINI } from './speak-gemini.js';
import { MESSAGES } from './speak-messages.js';
import { RESPONSES } from './speak-responses.js';
import type { Feature, Speaker, Stage, Trial } from './speaker.js';

const SPEAKERS: readonly Speaker[] = [CHAT, RESPONSES, MESSAGES, GEMINI];
/** Each provider of text, with a model of its own that thinks where it is asked to, and the path of its API where that is not the usual one. */
const PROVIDERS: Record<string, { model: string; thinker: string; path?: string }> = {
  openai: { model: 'gpt-4o', thinker: 'gpt-5-mini' },
  'openai-compatible': { model: 'some-model', thinker: 'gpt-oss-120b' },
  anthropic: { model: 'claude-sonnet-4-5', thinker: 'claude-sonnet-4-5' },
  gemini: { model: 'gemini-2.5-flash', thinker: 'gemini-2.5-flash' },
  'azure-openai': { model: 'gpt-4o', thinker: 'gpt-5-mini', path: '/openai/v1' },
};

/** What the provider is to do where it is not simply to answer. */
const ORDERS: Partial<Record<Feature, string>> = {
  plain: 'usage:120:30',
  stream: 'usage:120:30',
  error: 'status:500',
};
const DOCUMENT = join(WORKSPACE, 'docs', 'dialects.md');

let system: System;
const outcomes: Outcome[] = [];
beforeAll(async () => {
  system = await startSystem();
}, 60_000);
afterAll(() => system.stop());

async function stageFor(provider: string, feature: Feature): Promise<Stage> {
  const { model, thinker, path } = PROVIDERS[provider]!;
  const { origin } = new URL(system.upstream.baseUrl);
  const channel = { provider, ...(path && { baseUrl: origin + path }) };
  const upstreamModel = `${feature === 'thinking' ? thinker : model}-${feature}@${ORDERS[feature] ?? 'share:100'}`;
  const limits = { contextTokensMax: 200_000, outputTokensMax: 64_000 };
  const world = await system.world({ upstreamModel, channel, model: limits });
  const sent = async () => {
    const all = await system.upstream.requests();
    return all.at(-1)?.body as Record<string, unknown>;
  };
  return { baseUrl: system.gatewayUrl, apiKey: world.apiKey, model: world.modelName, sent };
}

const providers = Object.keys(PROVIDERS);

/** The fake upstream refuses whatever the provider would refuse, so that an answer proves the request. */
describe.each(SPEAKERS.map((speaker) => [speaker.dialect, speaker] as const))('%s', (dialect, speaker) => {
  describe.each(providers)('served by %s', (provider) => {
    const trials = Object.entries(speaker.trials) as [Feature, Trial][];
    it.each(trials)('has %s', async (feature, trial) => {
      await trial(await stageFor(provider, feature));
      outcomes.push({ dialect, provider, feature });
    });
  });
});

describe('the published table', () => {
  it('says what was seen just now, and nothing else', () => {
    const rendered = renderMatrix({ speakers: SPEAKERS, providers, outcomes });
    const document = readFileSync(DOCUMENT, 'utf8');
    const updated = withMatrix(document, rendered);
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(DOCUMENT, updated);
    else expect(document).toBe(updated);
  });
});
