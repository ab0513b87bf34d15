import type { DroppedFields } from '@tokenbay/protocol';
import type { JsonObject } from '../provider.js';
import type { WriteTerms } from '../text-wire.js';
import { traitsOf } from './model-traits.js';
import { withDemandedSeal } from './seals.js';
import { objectsIn } from './wire.js';

/** The base64 of `tokenbay.`, which begins the seals of other providers: clients of this dialect take signatures for bytes. */
const FOREIGN_SEAL = 'dG9rZW5iYXku';

/**
 * The client's body with the few changes that must be: no model, which is in the path, nothing stored, a lowered output limit, no signature
 * that another provider made, and one on every call that the model would otherwise refuse to know. All else stays.
 */
export function amendRequest(body: JsonObject, { upstreamModel, outputTokensMax, dropped }: WriteTerms): JsonObject {
  const { model: _path, ...request } = body;
  if ('store' in request) request['store'] = false;
  if (outputTokensMax !== undefined) {
    const config = request['generationConfig'] as JsonObject | null | undefined;
    request['generationConfig'] = { ...config, maxOutputTokens: outputTokensMax };
  }
  const contents = Array.isArray(request['contents']) ? request['contents'] : [request['contents']];
  const { demandsSeals } = traitsOf(upstreamModel);
  const amended = contents.flatMap((content) => amendContent(content as JsonObject | null, demandsSeals, dropped));
  if (amended.some((content, index) => content !== contents[index]) || amended.length < contents.length)
    request['contents'] = amended;
  return request;
}

/** Of a turn that was nothing but another model's thoughts nothing is left. */
function amendContent(content: JsonObject | null, demandsSeals: boolean, dropped: DroppedFields): unknown[] {
  if (content?.['role'] !== 'model' || !Array.isArray(content['parts'])) return [content];
  const parts = objectsIn<JsonObject>(content['parts']);
  const own = parts.some(isForeign) ? parts.flatMap((part) => withoutForeignSeal(part, dropped)) : parts;
  const sealed = demandsSeals ? withDemandedSeal(own) : own;
  if (sealed === parts) return [content];
  return sealed.length > 0 ? [{ ...content, parts: sealed }] : [];
}

function isForeign({ thoughtSignature }: JsonObject): boolean {
  return typeof thoughtSignature === 'string' && thoughtSignature.startsWith(FOREIGN_SEAL);
}

function withoutForeignSeal(part: JsonObject, dropped: DroppedFields): JsonObject[] {
  if (!isForeign(part)) return [part];
  const { thoughtSignature: _foreign, ...rest } = part;
  if (rest['thought'] !== true) return [rest];
  dropped.drop('contents.thought');
  return [];
}
