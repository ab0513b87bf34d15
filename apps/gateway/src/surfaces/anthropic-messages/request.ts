import type { IncomingHttpHeaders } from 'node:http';
import { DomainError } from '@tokenbay/errors';
import type { PriceKind, TokenPriceKind } from '@tokenbay/models';
import type { JsonObject } from '@tokenbay/providers';
import type { TextCall } from '../../relay/call.js';
import { openTextExchange } from '../../relay/exchange/open-text-exchange.js';
import { invalid, needText, readFlag, readObject } from '../body-reader.js';
import { forwardedHeaders } from '../forwarded-headers.js';
import { MESSAGES_RENDERER } from './answer.js';
import { readCanonicalCall } from './canonical-call.js';
import { limitToolUses, readHostedTools } from './hosted-tools.js';
import { withinContext } from './long-context.js';
import { listOf, readInputText, scanMessages } from './scan-messages.js';

const TOKENS_MAX = 100_000_000;
const OUTPUT_TOKENS_FLOOR = 256;
/** What the provider writes before the tools that are offered, at most. */
const TOOLS_PROMPT_TOKENS = 1_024;
const KEEP_ALIVE = Buffer.from('event: ping\ndata: {"type":"ping"}\n\n');
const UPSTREAM_STATE = ['container', 'thread', 'fallback_credit_token'];
/** What is sold apart, or lets another model answer than the one that was asked for. */
const UNPRICED_FIELDS = ['fallbacks', 'billing_policy', 'compaction'];
/** What clients of this dialect say beside the body that their provider needs. */
const FORWARDED = ['anthropic-beta', 'anthropic-version'];
/** Cannot be consumed here: pictures are ordinary input, and there is no audio. Models that can draw do so unasked. */
const EXCLUDED_KINDS: readonly TokenPriceKind[] = [
  'imageInputPerMillion',
  'audioInputPerMillion',
  'audioOutputPerMillion',
];
const PRICE_KINDS: readonly PriceKind[] = ['inputPerMillion', 'outputPerMillion'];
const PRICE_KINDS_LONG_CACHE: readonly PriceKind[] = [...PRICE_KINDS, 'cacheWriteLongPerMillion'];

/** Understands a body of `POST /v1/messages`. Throws `invalid_request` naming the field, and `not_implemented` for upstream state. */
export function readMessagesCall(body: JsonObject, bodyBytes: number, headers: IncomingHttpHeaders): TextCall {
  const model = needText(body['model'], 'model');
  assertNoUpstreamState(body);
  assertNothingUnpriced(body);
  const { isBoundedByBytes, hasLongCache } = scanMessages(body);
  const hostedTools = readHostedTools(body);
  const hasTools = hostedTools.length > 0 || body['tools'] != null;
  const call: TextCall = {
    dialect: 'anthropic',
    capability: 'text',
    model,
    body,
    isStream: readFlag(body['stream'], 'stream') ?? false,
    wantsUsage: true,
    choices: 1,
    // A token stands for at least one byte of the body.
    inputTokensMax:
      isBoundedByBytes && hostedTools.length === 0 ? bodyBytes + (hasTools ? TOOLS_PROMPT_TOKENS : 0) : null,
    // None at all only fills the provider's prompt cache.
    outputTokensMax: body['max_tokens'] === 0 ? 0 : needCount(body['max_tokens'], 'max_tokens'),
    outputTokensFloor: readThinkingBudget(body) + OUTPUT_TOKENS_FLOOR,
    priceKinds: hasLongCache ? PRICE_KINDS_LONG_CACHE : PRICE_KINDS,
    excludedKinds: EXCLUDED_KINDS,
    hostedTools,
    serviceTier: readServiceTier(body['service_tier']),
    readInputText: () => readInputText(body),
    keepAlive: KEEP_ALIVE,
    format: 'anthropic-messages',
    readCanonical: readCanonicalCall,
    renderer: MESSAGES_RENDERER,
    headers: forwardedHeaders(headers, FORWARDED),
    limitToolCalls: limitToolUses,
    openExchange: (terms) => openTextExchange(withinContext(call, terms.contextTokensMax), terms),
  };
  return call;
}

/** What an earlier answer left at the provider may be another customer's. */
function assertNoUpstreamState(body: JsonObject): void {
  const previous = readObject(body['diagnostics'], 'diagnostics')?.['previous_message_id'];
  const named = UPSTREAM_STATE.find((field) => body[field] !== undefined && body[field] !== null);
  const state = named ?? (previous === undefined || previous === null ? undefined : 'diagnostics.previous_message_id');
  if (state === undefined) return;
  throw new DomainError('not_implemented', state, {
    param: state,
    message: `${state}: state kept at a provider is not offered.`,
    // The library's tool runner asks for a thread unasked, and goes on without where it is told in this word that there is none.
    ...(state === 'thread' && { dialectCode: 'thread_unsupported_request' }),
  });
}

function assertNothingUnpriced(body: JsonObject): void {
  const { speed, inference_geo: place } = body;
  if (speed !== undefined && speed !== null && speed !== 'standard') refuseUnpriced('speed');
  if (place !== undefined && place !== null && place !== 'global') refuseUnpriced('inference_geo');
  for (const field of UNPRICED_FIELDS) if (body[field] !== undefined && body[field] !== null) refuseUnpriced(field);
  const management = readObject(body['context_management'], 'context_management');
  for (const { type } of listOf(management?.['edits'], 'context_management.edits')) {
    // Compaction writes a summary whose tokens stand outside the reported sum.
    if (typeof type !== 'string' || type.startsWith('compact')) refuseUnpriced('context_management');
  }
}

function refuseUnpriced(field: string): never {
  throw invalid(field, 'changes what the provider charges, and has no price');
}

function readThinkingBudget(body: JsonObject): number {
  const budget = readObject(body['thinking'], 'thinking')?.['budget_tokens'];
  return budget === undefined || budget === null ? 0 : needCount(budget, 'thinking.budget_tokens');
}

function readServiceTier(tier: unknown): string | null {
  if (tier === undefined || tier === null) return null;
  if (typeof tier !== 'string' || tier.length > 64) throw invalid('service_tier', 'must be a short string');
  // `auto` is sent as `standard_only`, so that a tier chosen in the provider's settings does not raise the price.
  return tier === 'auto' || tier === 'standard_only' ? null : tier;
}

function needCount(value: unknown, field: string): number {
  if (value === undefined || value === null) throw invalid(field, 'is required');
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > TOKENS_MAX)
    throw invalid(field, `must be a whole number from 1 to ${TOKENS_MAX}`);
  return value;
}
