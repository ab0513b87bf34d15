import type {
  CanonicalCall,
  DroppedFields,
  OutputFormat,
  ReasoningSettings,
  SafetySetting,
  SamplingSettings,
} from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import {
  invalid,
  needText,
  readFlag,
  readNumber,
  readObject,
  readObjects,
  readText,
  readWord,
} from '../body-reader.js';
import { toJsonSchema } from './open-api-schema.js';
import { readToolChoice, readTools } from './tools.js';
import { readTurns } from './turns.js';

/** Read here or by the relay; any other field is named as dropped. */
const KNOWN = new Set(
  'model contents systemInstruction tools toolConfig generationConfig safetySettings labels store serviceTier'.split(
    ' ',
  ),
);
const KNOWN_CONFIG = new Set(
  'temperature topP topK seed candidateCount maxOutputTokens stopSequences presencePenalty frequencyPenalty responseLogprobs logprobs responseMimeType responseSchema responseJsonSchema _responseJsonSchema responseModalities thinkingConfig'.split(
    ' ',
  ),
);
const LEVELS = ['THINKING_LEVEL_UNSPECIFIED', 'MINIMAL', 'LOW', 'MEDIUM', 'HIGH'] as const;
const EFFORTS = { MINIMAL: 'minimal', LOW: 'low', MEDIUM: 'medium', HIGH: 'high' } as const;
const MODALITIES = { TEXT: 'text', IMAGE: 'image', AUDIO: 'audio' } as const;

/** Reads a body of generateContent, whose cost was judged before, as a canonical call. Throws `invalid_request` naming the field. */
export function readCanonicalCall(body: JsonObject, dropped: DroppedFields): CanonicalCall {
  const config = readObject(body['generationConfig'], 'generationConfig') ?? {};
  if (body['continuationToken'] !== undefined && body['continuationToken'] !== null)
    dropped.refuse('continuationToken');
  if (config['responseFormat'] !== undefined && config['responseFormat'] !== null) dropped.refuse('responseFormat');
  nameUnknown(body, KNOWN, dropped);
  nameUnknown(config, KNOWN_CONFIG, dropped);
  const toolChoice = readToolChoice(body);
  const reasoning = readReasoning(readObject(config['thinkingConfig'], 'generationConfig.thinkingConfig'));
  return {
    turns: readTurns(body, dropped),
    tools: readTools(body, dropped),
    ...(toolChoice && { toolChoice }),
    output: readOutput(config, dropped),
    ...(reasoning && { reasoning }),
    sampling: readSampling(config),
    attribution: readAttribution(body),
    caching: {},
    safety: readObjects(body['safetySettings'], 'safetySettings').map(readSafety),
  };
}

function nameUnknown(object: JsonObject, known: ReadonlySet<string>, dropped: DroppedFields): void {
  for (const [field, value] of Object.entries(object)) if (!known.has(field)) dropped.dropIfSet(field, value);
}

function readOutput(config: JsonObject, dropped: DroppedFields): CanonicalCall['output'] {
  const tokensMax = readNumber(config['maxOutputTokens'], 'generationConfig.maxOutputTokens');
  const format = readFormat(config, dropped);
  const alternatives = readNumber(config['logprobs'], 'generationConfig.logprobs') ?? 0;
  const modalities = (config['responseModalities'] as (keyof typeof MODALITIES)[] | null | undefined) ?? [];
  return {
    choices: readNumber(config['candidateCount'], 'generationConfig.candidateCount') ?? 1,
    modalities: modalities.length === 0 ? ['text'] : modalities.map((modality) => MODALITIES[modality]),
    ...(tokensMax !== undefined && { tokensMax }),
    ...(format && { format }),
    ...(readFlag(config['responseLogprobs'], 'generationConfig.responseLogprobs') && { logprobs: { alternatives } }),
  };
}

/** One word of a list comes without quotes, which no other format can ask for. */
function readFormat(config: JsonObject, dropped: DroppedFields): OutputFormat | undefined {
  const type = readText(config['responseMimeType'], 'generationConfig.responseMimeType');
  if (type === undefined || type === 'text/plain') return undefined;
  if (type === 'text/x.enum') dropped.refuse('responseMimeType');
  if (type !== 'application/json')
    throw invalid('generationConfig.responseMimeType', 'must be text/plain, application/json or text/x.enum');
  const schema = readObject(
    config['responseJsonSchema'] ?? config['_responseJsonSchema'],
    'generationConfig.responseJsonSchema',
  );
  const openApi = readObject(config['responseSchema'], 'generationConfig.responseSchema');
  if (schema) return { kind: 'json_schema', schema };
  return openApi ? { kind: 'json_schema', schema: toJsonSchema(openApi) } : { kind: 'json' };
}

/** A budget of 0 switches thinking off; -1, and thoughts that are merely to be shown, leave it to the model. Hidden unless wanted. */
function readReasoning(thinking: JsonObject | undefined): ReasoningSettings | undefined {
  const at = 'generationConfig.thinkingConfig';
  const budget = readNumber(thinking?.['thinkingBudget'], `${at}.thinkingBudget`);
  const level = readWord(thinking?.['thinkingLevel'], LEVELS, `${at}.thinkingLevel`);
  const isShown = readFlag(thinking?.['includeThoughts'], `${at}.includeThoughts`) ?? false;
  const effort = level && level !== 'THINKING_LEVEL_UNSPECIFIED' ? EFFORTS[level] : undefined;
  if (budget === 0) return { mode: 'off' };
  if (budget === undefined && effort === undefined && !isShown) return undefined;
  return {
    ...{ mode: 'on', summary: isShown ? 'auto' : 'omitted' },
    ...(effort && { effort }),
    ...(budget !== undefined && budget > 0 && { budgetTokens: budget }),
  };
}

function readSampling(config: JsonObject): SamplingSettings {
  const stops = config['stopSequences'];
  const read: { [K in keyof SamplingSettings]?: SamplingSettings[K] | undefined } = {
    temperature: readNumber(config['temperature'], 'generationConfig.temperature'),
    topP: readNumber(config['topP'], 'generationConfig.topP'),
    topK: readNumber(config['topK'], 'generationConfig.topK'),
    seed: readNumber(config['seed'], 'generationConfig.seed'),
    presencePenalty: readNumber(config['presencePenalty'], 'generationConfig.presencePenalty'),
    frequencyPenalty: readNumber(config['frequencyPenalty'], 'generationConfig.frequencyPenalty'),
    stopSequences: Array.isArray(stops)
      ? stops.map((stop) => needText(stop, 'generationConfig.stopSequences'))
      : undefined,
  };
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
}

function readAttribution(body: JsonObject): CanonicalCall['attribution'] {
  const metadata = readObject(body['labels'], 'labels') as Record<string, string> | undefined;
  const tier = readText(body['serviceTier'], 'serviceTier')?.toLowerCase();
  return {
    ...(metadata && { metadata }),
    ...(tier !== undefined && tier !== 'standard' && tier !== 'unspecified' && { serviceTier: tier }),
  };
}

function readSafety(setting: JsonObject, index: number): SafetySetting {
  const at = `safetySettings[${index}]`;
  return {
    category: needText(setting['category'], `${at}.category`),
    threshold: needText(setting['threshold'], `${at}.threshold`),
  };
}
