import { DomainError } from '@tokenbay/errors';
import type { PriceKind, TokenPriceKind } from '@tokenbay/models';
import type { JsonObject } from '@tokenbay/providers';
import type { Call, TextCall } from '../../relay/call.js';
import type { ToolPool } from '../../relay/tool-pool.js';
import { openTextExchange } from '../../relay/exchange/open-text-exchange.js';
import { invalid, readFlag, readObject, readObjects, readText } from '../body-reader.js';
import { createRenderer } from './answer.js';
import { readCanonicalCall } from './canonical-call.js';
import type { GeminiAsk } from './gemini-ask.js';
import { readInputText, type ScannedContents, scanContents } from './scan-contents.js';
import type { StreamForm } from './stream-renderer.js';

type PricedKinds = Pick<Call, 'priceKinds' | 'excludedKinds'>;

const TOKENS_MAX = 100_000_000;
const CHOICES_MAX = 8;
const OUTPUT_TOKENS_FLOOR = 256;
const KEEP_ALIVE = Buffer.from('\r\n');
/** Functions, and what acts on the client's own screen: they cost what their words cost. */
const RUN_BY_CLIENT = new Set(['functionDeclarations', 'computerUse']);
/** By which name answers bear witness of a tool; one of which they tell nothing is charged. */
const WITNESSED_AS = new Map([
  ...['googleSearch', 'googleMaps', 'urlContext', 'codeExecution'].map((name) => [name, name] as const),
  ...['googleSearchRetrieval', 'enterpriseWebSearch'].map((name) => [name, 'googleSearch'] as const),
]);
/** They read what was stored under the channel's key. */
const STORED_TOOLS = ['fileSearch', 'retrieval'];
/** What lets another model answer than the one that was asked for, or keeps the answer elsewhere. */
const UNPRICED_FIELDS = [
  ...['routingConfig', 'modelConfig', 'modelSelectionConfig', 'outputConfig', 'generationOutputConfig'],
];
const MODALITIES = ['TEXT', 'IMAGE', 'AUDIO'] as const;

/** Understands a body of `generateContent`. Throws `invalid_request` naming the field, and `not_implemented` for upstream state. */
export function readGenerateCall(ask: GeminiAsk): TextCall {
  return readCall(ask, undefined);
}

/** Understands a body of `streamGenerateContent`, which is answered as events or, without `?alt=sse`, as one JSON array. */
export function readStreamCall(ask: GeminiAsk): TextCall {
  return readCall(ask, readStreamForm(ask.request.query));
}

function readCall({ model, body, request }: GeminiAsk, form: StreamForm | undefined): TextCall {
  const config = readObject(body['generationConfig'], 'generationConfig') ?? {};
  assertNoUpstreamState(body);
  assertNothingUnpriced(body, config);
  const scanned = scanContents(body);
  const hostedTools = readHostedTools(body);
  const thinking = readObject(config['thinkingConfig'], 'generationConfig.thinkingConfig') ?? {};
  const isContinued = body['continuationToken'] !== undefined && body['continuationToken'] !== null;
  const showsThoughts = readFlag(thinking['includeThoughts'], 'thinkingConfig.includeThoughts') ?? false;
  const call: TextCall = {
    dialect: 'gemini',
    capability: 'text',
    model,
    body,
    isStream: form !== undefined,
    wantsUsage: true,
    choices: readCount(config, 'candidateCount', CHOICES_MAX) ?? 1,
    // A token stands for at least one byte of the body; what is continued was answered elsewhere.
    inputTokensMax: scanned.isBoundedByBytes && hostedTools.length === 0 && !isContinued ? request.bodyBytes : null,
    outputTokensMax: readCount(config, 'maxOutputTokens', TOKENS_MAX),
    outputTokensFloor: readThinkingBudget(thinking) + OUTPUT_TOKENS_FLOOR,
    ...pricedKindsOf(scanned, readModalities(config['responseModalities'])),
    hostedTools,
    serviceTier: readServiceTier(body['serviceTier']),
    readInputText: () => readInputText(body),
    keepAlive: KEEP_ALIVE,
    format: 'gemini-generate',
    readCanonical: readCanonicalCall,
    renderer: createRenderer({ form: form ?? 'events', showsThoughts }),
    headers: undefined,
    openExchange: (terms) => openTextExchange(call, terms),
  };
  return call;
}

function readStreamForm(query: unknown): StreamForm {
  const alt = (query as Record<string, unknown> | undefined)?.['alt'];
  if (alt === undefined || alt === 'json') return 'array';
  if (alt === 'sse') return 'events';
  throw invalid('alt', 'must be sse or json');
}

/**
 * Pictures are ordinary input; sound is a kind of its own, and so is what is answered in pictures or sound. Pictures in the answer are never
 * left out of the worst case: models that can draw do so unasked.
 */
function pricedKindsOf({ hasAudio }: ScannedContents, modalities: readonly string[]): PricedKinds {
  const priceKinds: PriceKind[] = ['inputPerMillion', 'outputPerMillion'];
  const excludedKinds: TokenPriceKind[] = ['imageInputPerMillion'];
  (hasAudio ? priceKinds : excludedKinds).push('audioInputPerMillion');
  (modalities.includes('AUDIO') ? priceKinds : excludedKinds).push('audioOutputPerMillion');
  if (modalities.includes('IMAGE')) priceKinds.push('imageOutputPerMillion');
  return { priceKinds, excludedKinds };
}

/** What an earlier request left at the provider may be another customer's. */
function assertNoUpstreamState(body: JsonObject): void {
  if (body['cachedContent'] !== undefined && body['cachedContent'] !== null) refuseState('cachedContent');
  for (const tool of readObjects(body['tools'], 'tools'))
    for (const name of STORED_TOOLS) if (tool[name] !== undefined && tool[name] !== null) refuseState(`tools.${name}`);
}

function refuseState(param: string): never {
  throw new DomainError('not_implemented', param, {
    param,
    message: `${param}: state kept at a provider is not offered.`,
  });
}

function assertNothingUnpriced(body: JsonObject, config: JsonObject): void {
  for (const name of UNPRICED_FIELDS)
    for (const object of [body, config])
      if (object[name] !== undefined && object[name] !== null)
        throw invalid(name, 'changes what the provider charges, and has no price');
}

/** What runs at the provider and is charged apart from tokens, by the field that asks for it. Its calls know no limit. */
function readHostedTools(body: JsonObject): ToolPool[] {
  const hosted = new Set<string>();
  for (const [index, tool] of readObjects(body['tools'], 'tools').entries()) {
    readObjects(tool['functionDeclarations'], `tools[${index}].functionDeclarations`);
    for (const [name, value] of Object.entries(tool))
      if (value !== undefined && value !== null && !RUN_BY_CLIENT.has(name)) hosted.add(name);
  }
  return [...hosted].map((name) => ({ tools: [{ name, countedAs: WITNESSED_AS.get(name) }], soldBy: 'request' }));
}

/** None where the model decides (-1) or does not think (0). */
function readThinkingBudget({ thinkingBudget: budget }: JsonObject): number {
  if (budget === undefined || budget === null) return 0;
  if (typeof budget !== 'number' || !Number.isInteger(budget) || budget < -1 || budget > TOKENS_MAX)
    throw invalid('generationConfig.thinkingConfig.thinkingBudget', `must be a whole number from -1 to ${TOKENS_MAX}`);
  return Math.max(0, budget);
}

function readModalities(modalities: unknown): readonly string[] {
  if (modalities === undefined || modalities === null) return [];
  const isKnown = Array.isArray(modalities) && modalities.every((modality) => MODALITIES.includes(modality as 'TEXT'));
  if (!isKnown) throw invalid('generationConfig.responseModalities', `must be a list of ${MODALITIES.join(', ')}`);
  return modalities as string[];
}

function readServiceTier(tier: unknown): string | null {
  const name = readText(tier, 'serviceTier')
    ?.toLowerCase()
    .replace(/^service_tier_/, '');
  if (name === undefined || name === 'standard' || name === 'unspecified') return null;
  if (name.length > 64) throw invalid('serviceTier', 'must be a short string');
  return name;
}

function readCount(config: JsonObject, field: string, max: number): number | undefined {
  const value = config[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > max)
    throw invalid(`generationConfig.${field}`, `must be a whole number from 1 to ${max}`);
  return value;
}
