import type {
  CanonicalCall,
  DroppedFields,
  OutputFormat,
  OutputSettings,
  ReasoningSettings,
  Turn,
} from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import { needObject, needText, readFlag, readNumber, readObject, readText, readWord } from '../body-reader.js';
import { readAttribution } from '../openai-attribution.js';
import { readTurns } from './items.js';
import { readToolChoice, readTools } from './tools.js';

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
const LOGPROBS = 'message.output_text.logprobs';
/** What is asked to be included of answers that hold it in any case, or that only the provider's own tools give. */
const INCLUDED_ANYWAY = new Set(['reasoning.encrypted_content', LOGPROBS]);
/** Read here or by the relay; any other field is named as dropped. */
const KNOWN = new Set(
  'model input instructions stream stream_options store background max_output_tokens temperature top_p top_logprobs tools tool_choice parallel_tool_calls text reasoning include truncation user safety_identifier metadata service_tier prompt_cache_key prompt_cache_options prompt_cache_retention'.split(
    ' ',
  ),
);
/** What only this format knows, and whose answer would be another without. */
const DEMANDS = ['moderation'];

/** Reads a body of Responses, whose cost was judged before, as a canonical call. Throws `invalid_request` naming the field. */
export function readCanonicalCall(body: JsonObject, dropped: DroppedFields): CanonicalCall {
  for (const field of DEMANDS) if (body[field] !== undefined && body[field] !== null) dropped.refuse(field);
  if (body['truncation'] === 'auto') dropped.refuse('truncation');
  for (const [field, value] of Object.entries(body)) if (!KNOWN.has(field)) dropped.dropIfSet(field, value);
  const reasoning = readReasoning(body, dropped);
  const toolChoice = readToolChoice(body['tool_choice'], dropped);
  const parallelToolCalls = readFlag(body['parallel_tool_calls'], 'parallel_tool_calls');
  const temperature = readNumber(body['temperature'], 'temperature');
  const topP = readNumber(body['top_p'], 'top_p');
  return {
    turns: [...readInstructions(body), ...readTurns(body['input'], dropped)],
    tools: readTools(body['tools'], 'tools', dropped),
    ...(toolChoice && { toolChoice }),
    ...(parallelToolCalls !== undefined && { parallelToolCalls }),
    output: readOutput(body, dropped),
    ...(reasoning && { reasoning }),
    sampling: { ...(temperature !== undefined && { temperature }), ...(topP !== undefined && { topP }) },
    ...readAttribution(body),
    safety: [],
  };
}

function readInstructions(body: JsonObject): Turn[] {
  const text = readText(body['instructions'], 'instructions') ?? '';
  return text === '' ? [] : [{ role: 'system', content: [{ type: 'text', text }] }];
}

function readOutput(body: JsonObject, dropped: DroppedFields): OutputSettings {
  const text = readObject(body['text'], 'text') ?? {};
  const tokensMax = readNumber(body['max_output_tokens'], 'max_output_tokens');
  const format = readFormat(readObject(text['format'], 'text.format'));
  const verbosity = readWord(text['verbosity'], ['low', 'medium', 'high'], 'text.verbosity');
  const alternatives = readNumber(body['top_logprobs'], 'top_logprobs') ?? 0;
  const included = Array.isArray(body['include']) ? (body['include'] as unknown[]) : [];
  if (included.some((name) => !INCLUDED_ANYWAY.has(name as string))) dropped.drop('include');
  return {
    choices: 1,
    modalities: ['text'],
    ...(tokensMax !== undefined && { tokensMax }),
    ...(format && { format }),
    ...((alternatives > 0 || included.includes(LOGPROBS)) && { logprobs: { alternatives } }),
    ...(verbosity && { verbosity }),
  };
}

function readFormat(format: JsonObject | undefined): OutputFormat | undefined {
  if (!format) return undefined;
  const at = 'text.format';
  const type = readWord(format['type'], ['text', 'json_object', 'json_schema'], `${at}.type`);
  if (type !== 'json_schema') return { kind: type === 'json_object' ? 'json' : 'text' };
  const description = readText(format['description'], `${at}.description`);
  const isStrict = readFlag(format['strict'], `${at}.strict`);
  return {
    kind: 'json_schema',
    schema: needObject(format['schema'], `${at}.schema`),
    name: needText(format['name'], `${at}.name`),
    ...(description !== undefined && { description }),
    ...(isStrict !== undefined && { isStrict }),
  };
}

function readReasoning(body: JsonObject, dropped: DroppedFields): ReasoningSettings | undefined {
  const asked = readObject(body['reasoning'], 'reasoning');
  const effort = readWord(asked?.['effort'], EFFORTS, 'reasoning.effort');
  const wanted = asked?.['summary'] ?? asked?.['generate_summary'];
  const summary = readWord(wanted, ['auto', 'concise', 'detailed'], 'reasoning.summary');
  dropped.dropIfSet('reasoning.context', asked?.['context'] === 'auto' ? undefined : asked?.['context']);
  if (effort === 'none') return { mode: 'off' };
  if (effort === undefined && summary === undefined) return undefined;
  return { mode: 'on', ...(effort && { effort }), ...(summary && { summary }) };
}
