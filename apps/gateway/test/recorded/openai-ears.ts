import OpenAI from 'openai';
import type { Ear, Heard } from './ear.js';

type Completion = OpenAI.ChatCompletion;
/** What the library hands on of a message, or a piece of one. */
interface Written {
  readonly content?: string | null;
  readonly refusal?: string | null;
  readonly reasoning_content?: string;
}

const open = (baseUrl: string) => new OpenAI({ apiKey: 'sk-fake', baseURL: `${baseUrl}/v1`, maxRetries: 0 });
const textOf = ({ content, refusal }: Written): string => (content ?? '') + (refusal ?? '');
const asked = { model: 'public', messages: [{ role: 'user' as const, content: 'Hello' }] };

function usageOf(usage: Completion['usage'] | null): Heard['usage'] {
  return {
    ...{ input: usage?.prompt_tokens ?? -1, output: usage?.completion_tokens ?? -1 },
    cached: usage?.prompt_tokens_details?.cached_tokens ?? 0,
    reasoning: usage?.completion_tokens_details?.reasoning_tokens ?? 0,
  };
}

/** Chat Completions. */
export const CHAT_EAR: Ear = {
  whole: async (baseUrl) => {
    const { choices, usage } = await open(baseUrl).chat.completions.create(asked);
    const { message, finish_reason: stop } = choices[0]!;
    const calls = (message.tool_calls ?? []).map((call) => {
      if (call.type !== 'function') throw new Error('not a function');
      return { name: call.function.name, input: JSON.parse(call.function.arguments) as unknown };
    });
    const thinking = (message as Written).reasoning_content ?? '';
    return { text: textOf(message), thinking, calls, stop, usage: usageOf(usage) };
  },
  stream: async (baseUrl) => {
    const written: { name: string; input: string }[] = [];
    let [text, thinking, stop] = ['', '', ''];
    let usage: Completion['usage'] | null;
    const stream = { ...asked, stream: true, stream_options: { include_usage: true } } as const;
    for await (const chunk of await open(baseUrl).chat.completions.create(stream)) {
      usage = chunk.usage ?? usage;
      for (const { delta, finish_reason: reason } of chunk.choices) {
        text += textOf(delta);
        thinking += (delta as Written).reasoning_content ?? '';
        stop = reason ?? stop;
        for (const { index, function: piece } of delta.tool_calls ?? []) {
          const call = (written[index] ??= { name: piece?.name ?? '', input: '' });
          call.input += piece?.arguments ?? '';
        }
      }
    }
    const calls = written.map(({ name, input }) => ({ name, input: JSON.parse(input) as unknown }));
    return { text, thinking, calls, stop, usage: usageOf(usage) };
  },
};

/** Responses. */
export const RESPONSES_EAR: Ear = {
  whole: async (baseUrl) =>
    understand(await open(baseUrl).responses.create({ model: 'public', input: 'Hello', store: false })),
  stream: async (baseUrl) =>
    understand(await open(baseUrl).responses.stream({ model: 'public', input: 'Hello', store: false }).finalResponse()),
};

function understand({ output, usage, status, incomplete_details: missing }: OpenAI.Responses.Response): Heard {
  let [text, thinking] = ['', ''];
  const calls: Heard['calls'][number][] = [];
  for (const item of output) {
    if (item.type === 'function_call') calls.push({ name: item.name, input: JSON.parse(item.arguments) as unknown });
    else if (item.type === 'reasoning') thinking += item.summary.map((piece) => piece.text).join('');
    else if (item.type === 'message')
      text += item.content.map((part) => (part.type === 'refusal' ? part.refusal : part.text)).join('');
  }
  return {
    ...{ text, thinking, calls, stop: missing?.reason ?? status ?? '' },
    usage: {
      ...{ input: usage?.input_tokens ?? -1, output: usage?.output_tokens ?? -1 },
      cached: usage?.input_tokens_details.cached_tokens ?? 0,
      reasoning: usage?.output_tokens_details.reasoning_tokens ?? 0,
    },
  };
}
