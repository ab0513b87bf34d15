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
  invalid,
  needObject,
  needText,
  readFlag,
  readNumber,
  readObject,
  readObjects,
  readText,
  readWord,
} from '../body-reader.js';
import { readAttribution } from '../openai-attribution.js';
import { readTurns } from './turns.js';

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
/** Read here or by the relay; any other field is named as dropped. */
const KNOWN = new Set(
  'model messages stream stream_options store n max_tokens max_completion_tokens temperature top_p top_k seed stop presence_penalty frequency_penalty logit_bias logprobs top_logprobs tools tool_choice parallel_tool_calls response_format reasoning_effort thinking verbosity modalities audio user safety_identifier metadata service_tier prompt_cache_key prompt_cache_retention'.split(
    ' ',
  ),
);

/** What only this format knows, and whose answer would be another without. */
const DEMANDS = ['functions', 'web_search_options'];

/** Reads a chat body, whose cost was judged before, as a canonical call. Throws `invalid_request` naming the field. */
export function readCanonicalCall(body: JsonObject, dropped: DroppedFields): CanonicalCall {
  for (const [field, value] of Object.entries(body)) if (!KNOWN.has(field)) dropped.dropIfSet(field, value);
  for (const field of DEMANDS) if (body[field] !== undefined && body[field] !== null) dropped.refuse(field);
  const reasoning = readReasoning(body);
  const toolChoice = readToolChoice(body['tool_choice']);
  const parallelToolCalls = readFlag(body['parallel_tool_calls'], 'parallel_tool_calls');
  return {
    turns: readTurns(readObjects(body['messages'], 'messages'), dropped),
    tools: readObjects(body['tools'], 'tools').map((tool, index) => readTool(tool, `tools[${index}]`)),
    ...(toolChoice && { toolChoice }),
    ...(parallelToolCalls !== undefined && { parallelToolCalls }),
    output: readOutput(body),
    ...(reasoning && { reasoning }),
    sampling: readSampling(body),
    ...readAttribution(body),
    safety: [],
  };
}

function readOutput(body: JsonObject): CanonicalCall['output'] {
  const tokensMax = readNumber(body['max_completion_tokens'] ?? body['max_tokens'], 'max_completion_tokens');
  const format = readFormat(readObject(body['response_format'], 'response_format'));
  const alternatives = readNumber(body['top_logprobs'], 'top_logprobs') ?? 0;
  const audio = readObject(body['audio'], 'audio');
  const verbosity = readWord(body['verbosity'], ['low', 'medium', 'high'], 'verbosity');
  return {
    choices: readNumber(body['n'], 'n') ?? 1,
    modalities: (body['modalities'] as ('text' | 'audio' | 'image')[] | null | undefined) ?? ['text'],
    ...(tokensMax !== undefined && { tokensMax }),
    ...(format && { format }),
    ...(readFlag(body['logprobs'], 'logprobs') && { logprobs: { alternatives } }),
    ...(audio && { audio }),
    ...(verbosity && { verbosity }),
  };
}

function readFormat(format: JsonObject | undefined): OutputFormat | undefined {
  if (!format) return undefined;
  const type = readWord(format['type'], ['text', 'json_object', 'json_schema'], 'response_format.type');
  if (type !== 'json_schema') return { kind: type === 'json_object' ? 'json' : 'text' };
  const wanted = needObject(format['json_schema'], 'response_format.json_schema');
  const at = 'response_format.json_schema';
  const name = readText(wanted['name'], `${at}.name`);
  const description = readText(wanted['description'], `${at}.description`);
  const isStrict = readFlag(wanted['strict'], `${at}.strict`);
  return {
    kind: 'json_schema',
    schema: needObject(wanted['schema'], `${at}.schema`),
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(isStrict !== undefined && { isStrict }),
  };
}

/** Effort, or the budget in `thinking` that some providers of this format take. */
function readReasoning(body: JsonObject): ReasoningSettings | undefined {
  const effort = readWord(body['reasoning_effort'], EFFORTS, 'reasoning_effort');
  if (effort === 'none') return { mode: 'off' };
  if (effort) return { mode: 'on', effort };
  const thinking = readObject(body['thinking'], 'thinking');
  if (!thinking) return undefined;
  if (thinking['type'] === 'disabled') return { mode: 'off' };
  const budgetTokens = readNumber(thinking['budget_tokens'], 'thinking.budget_tokens');
  return { mode: 'on', ...(budgetTokens !== undefined && { budgetTokens }) };
}

function readSampling(body: JsonObject): SamplingSettings {
  const stop = body['stop'];
  const read: { [K in keyof SamplingSettings]?: SamplingSettings[K] | undefined } = {
    temperature: readNumber(body['temperature'], 'temperature'),
    topP: readNumber(body['top_p'], 'top_p'),
    topK: readNumber(body['top_k'], 'top_k'),
    seed: readNumber(body['seed'], 'seed'),
    presencePenalty: readNumber(body['presence_penalty'], 'presence_penalty'),
    frequencyPenalty: readNumber(body['frequency_penalty'], 'frequency_penalty'),
    logitBias: readLogitBias(readObject(body['logit_bias'], 'logit_bias')),
    stopSequences:
      stop == null ? undefined : (Array.isArray(stop) ? stop : [stop]).map((text) => needText(text, 'stop')),
  };
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
}

function readLogitBias(bias: JsonObject | undefined): Record<string, number> | undefined {
  if (!bias || Object.keys(bias).length === 0) return undefined;
  return Object.fromEntries(Object.entries(bias).map(([token, by]) => [token, readNumber(by, 'logit_bias') ?? 0]));
}

function readTool(tool: JsonObject, at: string): ToolDefinition {
  if (tool['type'] === 'function') {
    const wanted = needObject(tool['function'], `${at}.function`);
    const description = readText(wanted['description'], `${at}.function.description`);
    const parameters = readObject(wanted['parameters'], `${at}.function.parameters`);
    const isStrict = readFlag(wanted['strict'], `${at}.function.strict`);
    return {
      kind: 'function',
      name: needText(wanted['name'], `${at}.function.name`),
      ...(description !== undefined && { description }),
      ...(parameters && { parameters }),
      ...(isStrict !== undefined && { isStrict }),
    };
  }
  if (tool['type'] !== 'custom')
    return { kind: 'hosted', type: needText(tool['type'], `${at}.type`), format: 'openai-chat', definition: tool };
  const wanted = needObject(tool['custom'], `${at}.custom`);
  const description = readText(wanted['description'], `${at}.custom.description`);
  const grammar = readObject(
    readObject(wanted['format'], `${at}.custom.format`)?.['grammar'],
    `${at}.custom.format.grammar`,
  );
  return {
    kind: 'custom',
    name: needText(wanted['name'], `${at}.custom.name`),
    ...(description !== undefined && { description }),
    ...(grammar && {
      grammar: {
        syntax: readWord(grammar['syntax'], ['lark', 'regex'], `${at}.custom.format.grammar.syntax`) ?? 'lark',
        definition: needText(grammar['definition'], `${at}.custom.format.grammar.definition`),
      },
    }),
  };
}

function readToolChoice(choice: unknown): ToolChoice | undefined {
  if (choice === undefined || choice === null) return undefined;
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { mode: choice };
  const wanted = needObject(choice, 'tool_choice');
  if (wanted['type'] === 'allowed_tools') {
    const allowed = needObject(wanted['allowed_tools'], 'tool_choice.allowed_tools');
    const names = readObjects(allowed['tools'], 'tool_choice.allowed_tools.tools').map(nameOf);
    return { mode: 'allowed', names, isRequired: allowed['mode'] === 'required' };
  }
  if (wanted['type'] === 'function' || wanted['type'] === 'custom') return { mode: 'named', name: nameOf(wanted) };
  throw invalid('tool_choice', 'must be auto, none, required, a tool or allowed_tools');
}

function nameOf(tool: JsonObject): string {
  return needText(readObject(tool['function'] ?? tool['custom'], 'tool_choice')?.['name'], 'tool_choice.name');
}
