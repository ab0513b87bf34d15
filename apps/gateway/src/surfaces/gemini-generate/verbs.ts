import { DomainError } from '@tokenbay/errors';
import type { JsonObject } from '@tokenbay/providers';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Call, CountedInput } from '../../relay/call.js';
import type { RelayService } from '../../relay/relay.service.js';
import { toCamelFields } from './camel-fields.js';
import { readCountedInput } from './counted-input.js';
import { readGenerateCall, readStreamCall } from './request.js';
import { readBatchEmbedCall, readEmbedCall } from './embeddings-request.js';
import { type GeminiAsk, readGeminiTarget } from './gemini-ask.js';

/** What becomes of a request: it is forwarded as a call, or counted here for nothing. */
type Verb = { readonly forward: (ask: GeminiAsk) => Call } | { readonly count: (ask: GeminiAsk) => CountedInput };

/** The verbs that are offered: one row each. */
const VERBS: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ['generateContent', { forward: readGenerateCall }],
  ['streamGenerateContent', { forward: readStreamCall }],
  ['countTokens', { count: readCountedInput }],
  ['embedContent', { forward: readEmbedCall }],
  ['batchEmbedContents', { forward: readBatchEmbedCall }],
]);

/** True where the request's verb is offered. */
export function isVerbOffered(request: Pick<FastifyRequest, 'params'>): boolean {
  return VERBS.has(readGeminiTarget(request)?.verb ?? '');
}

/** Serves a request to its last byte. Rejects with what it is refused for. */
export async function serveVerb(
  {
    request,
    reply,
    body,
  }: { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly body: JsonObject },
  relay: RelayService,
): Promise<void> {
  const target = readGeminiTarget(request);
  const verb = target && VERBS.get(target.verb);
  if (!verb) throw new DomainError('route_not_found');
  const ask: GeminiAsk = { model: target.model, body: toCamelFields(body), request };
  if ('forward' in verb) return relay.serve(verb.forward(ask), request, reply);
  const totalTokens = await relay.countTokens(verb.count(ask), request);
  await reply.send({ totalTokens, promptTokensDetails: [{ modality: 'TEXT', tokenCount: totalTokens }] });
}
