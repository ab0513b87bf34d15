import { DomainError } from '@tokenbay/errors';

const DEPTH_MAX = 6;
/** What names something kept under the provider account, wherever it stands. */
const STORED = new Set(['file_id', 'file_ids', 'vector_store_ids', 'container_id', 'skill_id', 'tunnel_id']);
/** What stands in these is the client's or the model's own and is looked up nowhere: values, schemas, what an answer has cited. */
const OPAQUE = new Set([
  ...['arguments', 'parameters', 'schema', 'input_schema', 'output_schema'],
  ...['annotations', 'env', 'headers'],
]);

/** Throws `not_implemented` where an item, a part or a tool names what may be another customer's at the provider. */
export function assertNothingStored(value: unknown, at: string, depth = DEPTH_MAX): void {
  if (typeof value !== 'object' || value === null || depth === 0) return;
  const isList = Array.isArray(value);
  for (const [name, inner] of Object.entries(value)) {
    const where = isList ? `${at}[${name}]` : `${at}.${name}`;
    if (STORED.has(name) && isSet(inner)) throw stored(where);
    if (!OPAQUE.has(name)) assertNothingStored(inner, where, depth - 1);
  }
}

/** The refusal of what an earlier request left at the provider. */
export function stored(param: string): DomainError {
  const message = `${param}: what is kept at a provider is not offered; send the data itself.`;
  return new DomainError('not_implemented', param, { param, message });
}

/** The refusal of an item that stands only by its id, as clients send it that rely on `store`, OpenAI's default. */
export function storedItem(param: string): DomainError {
  const message =
    `${param}: an item_reference names what is kept at a provider, which is not offered. ` +
    'Send the item itself; clients do so where they are told store: false (AI SDK: providerOptions.openai.store = false).';
  return new DomainError('not_implemented', param, { param, message });
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}
