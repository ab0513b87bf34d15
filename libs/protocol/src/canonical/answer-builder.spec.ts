import { AnswerBuilder, eventsOf } from './answer-builder.js';
import type { CanonicalAnswer } from './answer.js';
import type { CanonicalEvent } from './events.js';

const ANSWER: CanonicalAnswer = {
  id: 'a',
  choices: [
    {
      content: [
        { type: 'reasoning', text: 'hm', id: 'rs_1', seal: { format: 'openai-responses', value: 's' } },
        { type: 'text', text: 'hello', citations: [{ kind: 'url', url: 'https://example.org' }] },
        { type: 'tool_call', kind: 'function', id: 'c', name: 'f', input: '{}' },
        { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AA==' } },
        { type: 'audio', source: { kind: 'base64', mediaType: 'audio/wav', data: 'AA==' }, transcript: 'hi' },
      ],
      stop: { reason: 'tool_call' },
    },
    { content: [{ type: 'refusal', text: 'no' }], stop: { reason: 'refusal' } },
  ],
};

function build(events: readonly CanonicalEvent[]): CanonicalAnswer | undefined {
  const builder = new AnswerBuilder();
  for (const event of events) builder.push(event);
  return builder.answer;
}

describe('a canonical answer', () => {
  it('is the same told as a stream and put together again', () => {
    expect(build(eventsOf(ANSWER))).toEqual(ANSWER);
  });

  it('is none before every choice has finished', () => {
    expect(build(eventsOf(ANSWER).filter(({ type }) => type !== 'finish' && type !== 'end'))).toBeUndefined();
  });

  const start = { type: 'start', id: 'a' } as const;
  const open = { type: 'part_start', choice: 0, part: 0, opening: { type: 'text' } } as const;
  const close = { type: 'part_end', choice: 0, part: 0 } as const;
  const finish = { type: 'finish', choice: 0, stop: { reason: 'end' } } as const;
  it.each<[string, CanonicalEvent[]]>([
    ['anything before its start', [open]],
    ['a second start', [start, start]],
    ['a part while another is open', [start, open, { ...open, part: 1 }]],
    ['a part out of turn', [start, { ...open, part: 1 }]],
    ['a delta of no part', [start, { type: 'part_delta', choice: 0, part: 0, delta: { kind: 'text', text: 'x' } }]],
    ['input in a text', [start, open, { type: 'part_delta', choice: 0, part: 0, delta: { kind: 'input', text: 'x' } }]],
    ['a finish over an open part', [start, open, finish]],
    ['anything after a finish', [start, open, close, finish, { ...open, part: 1 }]],
    ['an end before every finish', [start, open, close, { type: 'end' }]],
    ['anything after its end', [start, finish, { type: 'end' }, { type: 'end' }]],
  ])('does not come with %s', (_what, events) => {
    expect(() => build(events)).toThrow();
  });
});
