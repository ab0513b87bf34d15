import Anthropic from '@anthropic-ai/sdk';
import { type GenerateContentResponse, GoogleGenAI } from '@google/genai';
import { Agent, setGlobalDispatcher } from 'undici';
import type { Ear, Heard } from './ear.js';

// The library looks for Node's own among the globals, of which a sandboxed test has a set of its own.
setGlobalDispatcher(new Agent());

const openAnthropic = (baseURL: string) => new Anthropic({ apiKey: 'sk-fake', baseURL, maxRetries: 0 });
const asked = { model: 'public', max_tokens: 2_000, messages: [{ role: 'user' as const, content: 'Hello' }] };

/** Messages. */
export const MESSAGES_EAR: Ear = {
  whole: async (baseUrl) => understandMessage(await openAnthropic(baseUrl).messages.create(asked)),
  stream: async (baseUrl) => understandMessage(await openAnthropic(baseUrl).messages.stream(asked).finalMessage()),
};

function understandMessage({ content, usage, stop_reason: stop }: Anthropic.Message): Heard {
  let [text, thinking] = ['', ''];
  const calls: Heard['calls'][number][] = [];
  for (const block of content) {
    if (block.type === 'text') text += block.text;
    else if (block.type === 'thinking') thinking += block.thinking;
    else if (block.type === 'tool_use') calls.push({ name: block.name, input: block.input });
  }
  const cached = usage.cache_read_input_tokens ?? 0;
  return {
    ...{ text, thinking, calls, stop: stop ?? '' },
    usage: {
      input: usage.input_tokens + cached + (usage.cache_creation_input_tokens ?? 0),
      ...{ cached, output: usage.output_tokens, reasoning: usage.output_tokens_details?.thinking_tokens ?? 0 },
    },
  };
}

/** generateContent. */
export const GEMINI_EAR: Ear = {
  whole: async (baseUrl) => understandChunks([await openGemini(baseUrl).generateContent(contents)]),
  stream: async (baseUrl) => {
    const chunks: GenerateContentResponse[] = [];
    for await (const chunk of await openGemini(baseUrl).generateContentStream(contents)) chunks.push(chunk);
    return understandChunks(chunks);
  },
};
const contents = { model: 'public', contents: 'Hello' };
const openGemini = (baseUrl: string) => new GoogleGenAI({ apiKey: 'fake', httpOptions: { baseUrl } }).models;

function understandChunks(chunks: readonly GenerateContentResponse[]): Heard {
  let [text, thinking, stop] = ['', '', ''];
  const calls: Heard['calls'][number][] = [];
  for (const candidate of chunks.flatMap(({ candidates }) => candidates ?? [])) {
    stop = candidate.finishReason ?? stop;
    for (const { text: piece = '', thought, functionCall } of candidate.content?.parts ?? []) {
      if (thought) thinking += piece;
      else text += piece;
      if (functionCall) calls.push({ name: functionCall.name ?? '', input: functionCall.args });
    }
  }
  const usage = chunks.findLast(({ usageMetadata }) => usageMetadata)?.usageMetadata;
  const reasoning = usage?.thoughtsTokenCount ?? 0;
  return {
    ...{ text, thinking, calls, stop },
    usage: {
      ...{ input: usage?.promptTokenCount ?? -1, cached: usage?.cachedContentTokenCount ?? 0, reasoning },
      output: (usage?.candidatesTokenCount ?? 0) + reasoning,
    },
  };
}
