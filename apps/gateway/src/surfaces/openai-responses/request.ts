import type { IncomingHttpHeaders } from 'node:http';
import type { PriceKind, TokenPriceKind } from '@tokenbay/models';
import type { JsonObject } from '@tokenbay/providers';
import type { TextCall } from '../../relay/call.js';
import { openTextExchange } from '../../relay/exchange/open-text-exchange.js';
import { invalid, needText, readFlag, readObject, readText } from '../body-reader.js';
import { forwardedHeaders } from '../forwarded-headers.js';
import { createRenderer } from './answer.js';
import { readCanonicalCall } from './canonical-call.js';
import { limitToolCalls, listHostedTools, poolTools } from './hosted-tools.js';
import { readInputText, scanInput } from './scan-input.js';
import { stored } from './stored.js';

const TOKENS_MAX = 100_000_000;
const OUTPUT_TOKENS_FLOOR = 256;
const KEEP_ALIVE = Buffer.from(': keep-alive\n\n');
const PRICE_KINDS: readonly PriceKind[] = ['inputPerMillion', 'outputPerMillion'];
/** Cannot be consumed here: pictures are ordinary input, and there is no audio. Models that can draw do so unasked. */
const EXCLUDED_KINDS: readonly TokenPriceKind[] = [
  'imageInputPerMillion',
  'audioInputPerMillion',
  'audioOutputPerMillion',
];
const UPSTREAM_STATE = ['previous_response_id', 'conversation'];
/** What clients of this dialect say beside the body that their provider may need. */
const FORWARDED = ['openai-beta'];
/** Understands a body of `POST /v1/responses`. Throws `invalid_request` naming the field, and `not_implemented` for upstream state. */
export function readResponsesCall(body: JsonObject, bodyBytes: number, headers: IncomingHttpHeaders): TextCall {
  const model = needText(body['model'], 'model');
  if (model === '') throw invalid('model', 'must not be empty');
  assertNoUpstreamState(body);
  assertNothingUnpriced(body);
  const { isBoundedByBytes, hostedTools: brought } = scanInput(body['input']);
  const names = [...new Set([...listHostedTools(body['tools'], 'tools'), ...brought])];
  const hostedTools = poolTools(names, body['max_tool_calls']);
  const call: TextCall = {
    dialect: 'openai',
    capability: 'text',
    model,
    body,
    isStream: readFlag(body['stream'], 'stream') ?? false,
    wantsUsage: true,
    choices: 1,
    // A token stands for at least one byte of the body.
    inputTokensMax: isBoundedByBytes && hostedTools.length === 0 ? bodyBytes : null,
    outputTokensMax: readCount(body['max_output_tokens'], 'max_output_tokens'),
    outputTokensFloor: OUTPUT_TOKENS_FLOOR,
    priceKinds: PRICE_KINDS,
    excludedKinds: EXCLUDED_KINDS,
    hostedTools,
    serviceTier: readServiceTier(body['service_tier']),
    readInputText: () => readInputText(body),
    keepAlive: KEEP_ALIVE,
    format: 'openai-responses',
    readCanonical: readCanonicalCall,
    renderer: createRenderer(body),
    headers: forwardedHeaders(headers, FORWARDED),
    limitToolCalls,
    openExchange: (terms) => openTextExchange(call, terms),
  };
  return call;
}

/** What an earlier answer left at the provider may be another customer's. */
function assertNoUpstreamState(body: JsonObject): void {
  const isAsked = (field: string): boolean => body[field] !== undefined && body[field] !== null;
  const named = UPSTREAM_STATE.find(isAsked);
  if (named !== undefined) throw stored(named);
  if (isAsked('prompt')) throw stored('prompt.id');
  if (readFlag(body['background'], 'background')) throw stored('background');
}

function assertNothingUnpriced(body: JsonObject): void {
  // Compaction writes a summary beside the answer.
  const management = body['context_management'];
  if (management !== undefined && management !== null) refuseUnpriced('context_management');
  // How many further models run for it is bounded by nothing, and what they write stands beside what is held for one answer.
  const agents = readObject(body['multi_agent'], 'multi_agent');
  if (agents && agents['enabled'] !== false) refuseUnpriced('multi_agent');
  const mode = readText(readObject(body['reasoning'], 'reasoning')?.['mode'], 'reasoning.mode');
  if (mode !== undefined && mode !== 'standard') refuseUnpriced('reasoning.mode');
}

function refuseUnpriced(field: string): never {
  throw invalid(field, 'changes what the provider charges, and has no price');
}

function readServiceTier(tier: unknown): string | null {
  const name = readText(tier, 'service_tier');
  if (name === undefined) return null;
  if (name.length > 64) throw invalid('service_tier', 'must be a short string');
  // `auto` is sent as `default`, so that a tier chosen in the provider's settings does not raise the price.
  return name === 'auto' || name === 'default' ? null : name;
}

function readCount(value: unknown, field: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > TOKENS_MAX)
    throw invalid(field, `must be a whole number from 1 to ${TOKENS_MAX}`);
  return value;
}
