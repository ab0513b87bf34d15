import type { IncomingHttpHeaders } from 'node:http';
import { DomainError } from '@tokenbay/errors';
import type { PriceKind, TokenPriceKind } from '@tokenbay/models';
import type { JsonObject } from '@tokenbay/providers';
import type { Call, TextCall } from '../../relay/call.js';
import type { ToolPool } from '../../relay/tool-pool.js';
import { openTextExchange } from '../../relay/exchange/open-text-exchange.js';
import { CHAT_RENDERER } from './answer.js';
import { readCanonicalCall } from './canonical-call.js';
import { forwardedHeaders } from '../forwarded-headers.js';
import { OPENAI_KEEP_ALIVE } from '../openai-stream.js';
import { isLongCache, type MessageParts, readInputText, scanMessages } from './messages.js';

type PricedKinds = Pick<Call, 'priceKinds' | 'excludedKinds'>;

const CHOICES_MAX = 128;
const TOKENS_MAX = 100_000_000;
const OUTPUT_TOKENS_FLOOR = 256;
const UPSTREAM_STATE = [
  'previous_response_id',
  'conversation',
  'background',
  'cachedContent',
  'cached_content',
  'context_id',
  'file_id',
  // xAI keeps such an answer to be fetched later.
  'deferred',
];
/** What providers that speak this format sell apart, or take as leave to use another model than the one that was asked for. */
const UNPRICED_FIELDS = [
  ...['models', 'route', 'provider', 'providerOptions', 'preset', 'plugins', 'compound_custom', 'speed', 'extra_body'],
  ...['search_parameters', 'enable_search', 'web_search', 'enable_enhancement', 'force_search_enhancement'],
  ...['enable_deep_search', 'enable_code_interpreter', 'data_sources', 'dataSources', 'connectors', 'best_of'],
];
/** What clients of this dialect say beside the body that their provider may need. */
const FORWARDED = ['openai-beta'];
const MODALITIES = ['text', 'audio', 'image'];
const ORDINARY_TOOLS = new Set(['function', 'custom']);

/** Understands a body of `POST /v1/chat/completions`. Throws `invalid_request` naming the field, and `not_implemented` for upstream state. */
export function readChatCall(body: JsonObject, bodyBytes: number, headers: IncomingHttpHeaders): TextCall {
  const model = body['model'];
  if (typeof model !== 'string' || model === '') throw invalid('model', 'is required and must be a string');
  assertNoUpstreamState(body);
  assertNothingUnpriced(body);
  const parts = scanMessages(body['messages']);
  const isStream = readBoolean(body, 'stream');
  const modalities = readModalities(body['modalities']);
  const hostedTools = readHostedTools(body);
  const thinking = readThinkingBudget(body);
  const prediction = body['prediction'];
  const call: TextCall = {
    dialect: 'openai',
    capability: 'text',
    model,
    body,
    isStream,
    wantsUsage: isStream && readWantsUsage(body['stream_options']),
    choices: readCount(body, 'n', CHOICES_MAX) ?? 1,
    // A token stands for at least one byte of the body, and the JSON around a message is longer than the tokens that separate messages.
    inputTokensMax: parts.isBoundedByBytes && hostedTools.length === 0 ? bodyBytes : null,
    outputTokensMax: readOutputLimit(body),
    outputTokensFloor: thinking + OUTPUT_TOKENS_FLOOR,
    ...((prediction ?? null) !== null && { predictedTokensMax: boundPrediction(prediction) }),
    ...pricedKindsOf({ ...parts, hasLongCache: parts.hasLongCache || marksLongCache(body) }, modalities),
    hostedTools,
    serviceTier: readServiceTier(body['service_tier']),
    readInputText: () => readInputText(body),
    keepAlive: OPENAI_KEEP_ALIVE,
    format: 'openai-chat',
    readCanonical: readCanonicalCall,
    renderer: CHAT_RENDERER,
    headers: forwardedHeaders(headers, FORWARDED),
    openExchange: (terms) => openTextExchange(call, terms),
  };
  return call;
}

/**
 * Chat reports images as ordinary input; audio is a kind of its own where it is used at all. Pictures in the answer are never left out of the
 * worst case: models that can draw do so unasked.
 */
function pricedKindsOf({ hasAudio, hasLongCache }: MessageParts, modalities: readonly unknown[]): PricedKinds {
  const priceKinds: PriceKind[] = ['inputPerMillion', 'outputPerMillion'];
  const excludedKinds: TokenPriceKind[] = ['imageInputPerMillion'];
  (hasAudio ? priceKinds : excludedKinds).push('audioInputPerMillion');
  (modalities.includes('audio') ? priceKinds : excludedKinds).push('audioOutputPerMillion');
  if (modalities.includes('image')) priceKinds.push('imageOutputPerMillion');
  if (hasLongCache) priceKinds.push('cacheWriteLongPerMillion');
  return { priceKinds, excludedKinds };
}

/** Some providers take such a mark on the whole request, or on a tool. */
function marksLongCache(body: JsonObject): boolean {
  const { tools } = body;
  return isLongCache(body) || (Array.isArray(tools) && (tools as (JsonObject | null)[]).some(isLongCache));
}

function readModalities(modalities: unknown): readonly unknown[] {
  if (modalities === undefined || modalities === null) return [];
  const isKnown = Array.isArray(modalities) && modalities.every((modality) => MODALITIES.includes(modality as string));
  if (!isKnown) throw invalid('modalities', `must be a list of ${MODALITIES.join(', ')}`);
  return modalities;
}

function assertNothingUnpriced(body: JsonObject): void {
  const field = UNPRICED_FIELDS.find((name) => body[name] !== undefined && body[name] !== null && body[name] !== false);
  if (field !== undefined) throw invalid(field, 'changes what the provider charges, and has no price');
}

/** What an earlier answer left at the provider may be another customer's. */
function assertNoUpstreamState(body: JsonObject): void {
  const prompt = body['prompt'];
  const named = UPSTREAM_STATE.find(
    (field) => body[field] !== undefined && body[field] !== null && body[field] !== false,
  );
  const state = named ?? (typeof prompt === 'object' && prompt !== null && 'id' in prompt ? 'prompt.id' : undefined);
  if (state === undefined) return;
  throw new DomainError('not_implemented', state, {
    param: state,
    message: `${state}: state kept at a provider is not offered.`,
  });
}

function readOutputLimit(body: JsonObject): number | undefined {
  const limit = readCount(body, 'max_completion_tokens', TOKENS_MAX);
  const older = readCount(body, 'max_tokens', TOKENS_MAX);
  return limit === undefined || older === undefined ? (limit ?? older) : Math.min(limit, older);
}

function readWantsUsage(options: unknown): boolean {
  if (options === undefined || options === null) return false;
  if (typeof options !== 'object' || Array.isArray(options)) throw invalid('stream_options', 'must be an object');
  return readBoolean(options as JsonObject, 'include_usage', 'stream_options.include_usage');
}

/** What was predicted is charged as output where it is rejected, beside the answer. A token stands for at least one byte of it. */
function boundPrediction(prediction: unknown): number {
  const { content } = prediction as JsonObject;
  return Buffer.byteLength(typeof content === 'string' ? content : JSON.stringify(prediction));
}

/** The budget that some compatible providers take for thinking, in tokens. */
function readThinkingBudget(body: JsonObject): number {
  const budget = (body['thinking'] as JsonObject | null | undefined)?.['budget_tokens'] ?? body['thinking_budget'];
  return typeof budget === 'number' && Number.isSafeInteger(budget) && budget > 0 ? Math.min(budget, TOKENS_MAX) : 0;
}

/**
 * What the provider charges apart from tokens: web search, and tools that run on its side. Models that take `web_search_options` search
 * before every answer, and answers tell of no tool how often it ran: one call of each is sold with a request.
 */
function readHostedTools(body: JsonObject): ToolPool[] {
  return listHostedTools(body).map((name) => ({ tools: [{ name }], soldBy: 'request' }));
}

function listHostedTools(body: JsonObject): string[] {
  const hosted: string[] = [];
  if (body['web_search_options'] !== undefined && body['web_search_options'] !== null) hosted.push('web_search');
  const tools = body['tools'];
  if (tools === undefined || tools === null) return hosted;
  if (!Array.isArray(tools)) throw invalid('tools', 'must be an array');
  for (const tool of tools as (JsonObject | null)[]) {
    const type = tool?.['type'];
    if (typeof type !== 'string') throw invalid('tools', 'must be objects with a type');
    if (!ORDINARY_TOOLS.has(type)) hosted.push(type);
  }
  return [...new Set(hosted)];
}

function readServiceTier(tier: unknown): string | null {
  if (tier === undefined || tier === null) return null;
  if (typeof tier !== 'string' || tier.length > 64) throw invalid('service_tier', 'must be a short string');
  // `auto` is sent as `default`, so that a tier chosen in the provider's settings does not raise the price.
  return tier === 'auto' || tier === 'default' ? null : tier;
}

function readBoolean(body: JsonObject, field: string, path = field): boolean {
  const value = body[field];
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean') throw invalid(path, 'must be true or false');
  return value;
}

function readCount(body: JsonObject, field: string, max: number): number | undefined {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > max) {
    throw invalid(field, `must be a whole number from 1 to ${max}`);
  }
  return value;
}

function invalid(param: string, problem: string): DomainError {
  return new DomainError('invalid_request', param, { param, message: `${param}: ${problem}.` });
}
