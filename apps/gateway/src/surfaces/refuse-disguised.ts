import type { JsonObject } from '@tokenbay/providers';
import { invalid } from './body-reader.js';

/** Fields of any dialect that decide what a request costs, what model answers, and what it may reach; as they are read here. */
const READ_FIELDS = [
  ...['model', 'models', 'route', 'provider', 'providerOptions', 'preset', 'plugins', 'extra_body', 'fallbacks'],
  ...['n', 'best_of', 'max_tokens', 'max_completion_tokens', 'max_output_tokens', 'max_tool_calls', 'dimensions'],
  ...['messages', 'input', 'contents', 'prompt', 'documents', 'query', 'instructions', 'system', 'prediction'],
  ...['stream', 'stream_options', 'service_tier', 'speed', 'inference_geo', 'billing_policy', 'multi_agent'],
  ...['tools', 'functions', 'web_search_options', 'search_parameters', 'web_search', 'enable_search', 'mcp_servers'],
  ...['compound_custom', 'data_sources', 'dataSources', 'connectors', 'enable_code_interpreter', 'container'],
  ...['modalities', 'audio', 'thinking', 'thinking_budget', 'reasoning', 'context_management', 'compaction'],
  ...['store', 'background', 'deferred', 'conversation', 'previous_response_id', 'context_id', 'file_id', 'thread'],
  ...['cachedContent', 'cached_content', 'generationConfig', 'diagnostics'],
];
const TOOL_FIELDS = ['type', 'function', 'name', 'tools', 'max_uses', 'container', 'server_url', 'vector_store_ids'];
/** What most names are: nothing to look at. */
const ORDINARY = /^[a-z0-9_]+$/;
const NAME_LENGTH_MAX = 64;

type Spellings = ReadonlyMap<string, string>;
const READ = spellingsOf(READ_FIELDS);
const READ_IN_TOOLS = spellingsOf(TOOL_FIELDS);

/**
 * Throws `invalid_request` for a field that is read here under another spelling of its name: `Model`, `MAX_TOKENS`, `tool\u017F`. It would
 * go upstream unread, and readers that do not mind the case of letters, Go's before all, take the last of both: another model than the one
 * that is paid for.
 */
export function refuseDisguised(body: JsonObject): void {
  refuseIn(body, READ, '');
  const { tools } = body;
  if (!Array.isArray(tools)) return;
  for (const [index, tool] of tools.entries())
    if (typeof tool === 'object' && tool !== null) refuseIn(tool as JsonObject, READ_IN_TOOLS, `tools[${index}].`);
}

function refuseIn(fields: JsonObject, spellings: Spellings, path: string): void {
  for (const name in fields) {
    if (ORDINARY.test(name)) continue;
    const read = name.length > NAME_LENGTH_MAX ? undefined : spellings.get(plain(name));
    if (read !== undefined && read !== name) throw invalid(`${path}${name}`, `is to be spelled ${read}`);
  }
}

function spellingsOf(names: readonly string[]): Spellings {
  return new Map(names.map((name) => [plain(name), name]));
}

function plain(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}
