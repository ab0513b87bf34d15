import type {
  CanonicalCall,
  DroppedFields,
  OutputFormat,
  ReasoningSettings,
  SamplingSettings,
  ToolChoice,
  ToolDefinition,
} from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import {
  needObject,
  needText,
  readFlag,
  readNumber,
  readObject,
  readObjects,
  readText,
  readWord,
} from '../body-reader.js';
import { readCache } from './blocks.js';
import { readTurns } from './turns.js';

const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const;
/** Read here or by the relay; any other field is named as dropped. */
const KNOWN = new Set(
  'model messages system max_tokens stream tools tool_choice thinking temperature top_p top_k stop_sequences metadata service_tier cache_control output_config output_format'.split(
    ' ',
  ),
);
/** Of a tool's definition: hints on how it is offered. */
const TOOL_HINTS = ['allowed_callers', 'defer_loading', 'eager_input_streaming', 'input_examples'];

/** Reads a body of Messages, whose cost was judged before, as a canonical call. Throws `invalid_request` naming the field. */
export function readCanonicalCall(body: JsonObject, dropped: DroppedFields): CanonicalCall {
  for (const [field, value] of Object.entries(body)) if (!KNOWN.has(field)) dropped.dropIfSet(field, value);
  const outputConfig = readObject(body['output_config'], 'output_config') ?? {};
  const format = readFormat(readObject(outputConfig['format'] ?? body['output_format'], 'output_config.format'));
  const reasoning = readReasoning(body, outputConfig);
  const choice = readObject(body['tool_choice'], 'tool_choice');
  const isSerial = readFlag(choice?.['disable_parallel_tool_use'], 'tool_choice.disable_parallel_tool_use');
  const tokensMax = readNumber(body['max_tokens'], 'max_tokens');
  if (tokensMax === 0) dropped.refuse('max_tokens');
  const { cache } = readCache(body);
  return {
    turns: readTurns(body, dropped),
    tools: readObjects(body['tools'], 'tools').map((tool, index) => readTool(tool, `tools[${index}]`, dropped)),
    ...(choice && { toolChoice: readToolChoice(choice) }),
    ...(isSerial !== undefined && { parallelToolCalls: !isSerial }),
    output: {
      ...{ choices: 1, modalities: ['text'] },
      ...(tokensMax !== undefined && { tokensMax }),
      ...(format && { format }),
    },
    ...(reasoning && { reasoning }),
    sampling: readSampling(body),
    attribution: readAttribution(body),
    caching: cache ? { automatic: cache } : {},
    safety: [],
  };
}

function readFormat(format: JsonObject | undefined): OutputFormat | undefined {
  if (!format) return undefined;
  readWord(format['type'], ['json_schema'], 'output_config.format.type');
  return { kind: 'json_schema', schema: needObject(format['schema'], 'output_config.format.schema') };
}

/** Thinking in its own field, effort in another, which says something also where nothing is said of thinking. */
function readReasoning(body: JsonObject, outputConfig: JsonObject): ReasoningSettings | undefined {
  const effort = readWord(outputConfig['effort'], EFFORTS, 'output_config.effort');
  const thinking = readObject(body['thinking'], 'thinking');
  const type = readWord(thinking?.['type'], ['enabled', 'adaptive', 'between_tools', 'disabled'], 'thinking.type');
  if (type === 'disabled') return { mode: 'off' };
  if (type === undefined && effort === undefined) return undefined;
  const budgetTokens = readNumber(thinking?.['budget_tokens'], 'thinking.budget_tokens');
  const display = readWord(thinking?.['display'], ['summarized', 'updates', 'omitted'], 'thinking.display');
  return {
    mode: 'on',
    ...(effort && { effort }),
    ...(budgetTokens !== undefined && { budgetTokens }),
    ...(display && { summary: display === 'omitted' ? 'omitted' : 'auto' }),
  };
}

function readSampling(body: JsonObject): SamplingSettings {
  const temperature = readNumber(body['temperature'], 'temperature');
  const topP = readNumber(body['top_p'], 'top_p');
  const topK = readNumber(body['top_k'], 'top_k');
  const stops = body['stop_sequences'];
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && { topK }),
    ...(Array.isArray(stops) && { stopSequences: stops.map((stop) => needText(stop, 'stop_sequences')) }),
  };
}

function readAttribution(body: JsonObject): CanonicalCall['attribution'] {
  const userId = readText(readObject(body['metadata'], 'metadata')?.['user_id'], 'metadata.user_id');
  const tier = readText(body['service_tier'], 'service_tier');
  return {
    ...(userId !== undefined && { userId }),
    ...(tier !== undefined && tier !== 'auto' && tier !== 'standard_only' && { serviceTier: tier }),
  };
}

function readTool(tool: JsonObject, at: string, dropped: DroppedFields): ToolDefinition {
  const type = readText(tool['type'], `${at}.type`);
  if (type !== undefined && type !== 'custom')
    return { kind: 'hosted', type, format: 'anthropic-messages', definition: tool };
  for (const hint of TOOL_HINTS) dropped.dropIfSet(`tools.${hint}`, tool[hint]);
  const description = readText(tool['description'], `${at}.description`);
  const isStrict = readFlag(tool['strict'], `${at}.strict`);
  return {
    kind: 'function',
    name: needText(tool['name'], `${at}.name`),
    parameters: needObject(tool['input_schema'], `${at}.input_schema`),
    ...(description !== undefined && { description }),
    ...(isStrict !== undefined && { isStrict }),
    ...readCache(tool),
  };
}

function readToolChoice(choice: JsonObject): ToolChoice {
  const type = readWord(choice['type'], ['auto', 'any', 'tool', 'none'], 'tool_choice.type') ?? 'auto';
  if (type === 'tool') return { mode: 'named', name: needText(choice['name'], 'tool_choice.name') };
  return { mode: type === 'any' ? 'required' : type };
}
