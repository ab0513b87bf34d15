import { AnswerBuilder, type CanonicalAnswer } from '@tokenbay/protocol';
import { ChatReader } from './stream.js';

const chunk = (delta: object, reason: string | null = null, index = 0): string =>
  JSON.stringify({ id: 'c', choices: [{ index, delta, finish_reason: reason }] });
const call = (piece: object): string => chunk({ tool_calls: [piece] });

/** Reads the events in the order that is promised, or throws. */
function read(...data: string[]): { answer: CanonicalAnswer | undefined; reader: ChatReader } {
  const reader = new ChatReader();
  const builder = new AnswerBuilder();
  for (const event of data.flatMap((one) => reader.read(one))) builder.push(event);
  for (const event of reader.end()) builder.push(event);
  return { answer: builder.answer, reader };
}

const contentOf = (...data: string[]) => read(...data, '[DONE]').answer?.choices[0]?.content;

describe('a stream of chat completion chunks, read', () => {
  it('closes what another piece begins', () => {
    expect(
      contentOf(
        chunk({ reasoning: 'hm' }),
        chunk({ content: 'a' }),
        call({ index: 0, id: 'x', function: { name: 'f', arguments: '{}' } }),
        chunk({ content: 'b' }, 'stop'),
      ),
    ).toEqual([
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'a' },
      { type: 'tool_call', kind: 'function', id: 'x', name: 'f', input: '{}' },
      { type: 'text', text: 'b' },
    ]);
  });

  it('knows calls apart by index, by id under one index, and without an index', () => {
    const named = (id: string, index?: number): string =>
      call({ ...(index !== undefined && { index }), id, function: { name: id, arguments: '{}' } });
    const ids = (...data: string[]) =>
      contentOf(...data)?.map((part) => part.type === 'tool_call' && part.id + part.input);
    expect(ids(named('a', 0), named('b', 1))).toEqual(['a{}', 'b{}']);
    expect(ids(named('a', 0), named('b', 0))).toEqual(['a{}', 'b{}']);
    expect(ids(named('a'), named('b'))).toEqual(['a{}', 'b{}']);
    expect(ids(named('a', 0), call({ index: 0, id: 'a', function: { arguments: ' ' } }))).toEqual(['a{} ']);
  });

  it('makes up the id of a call that has none', () => {
    expect(contentOf(call({ index: 0, function: { name: 'f', arguments: '' } }))).toMatchObject([{ id: 'call_0' }]);
  });

  it('refuses a late piece of a call that was closed', () => {
    const piece = (index: number, head = {}): string => call({ index, ...head, function: { arguments: '1' } });
    const first = call({ index: 0, id: 'a', function: { name: 'f' } });
    const second = call({ index: 1, id: 'b', function: { name: 'g' } });
    expect(() => read(first, second, piece(0))).toThrow('response_parse_failed');
  });

  it('reads content in parts, as Mistral answers it', () => {
    const thinking = { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] };
    expect(contentOf(chunk({ content: [thinking, { type: 'text', text: 'Yes.' }] }))).toEqual([
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'Yes.' },
    ]);
  });

  it('tells a refusal, a filter and a limit from an ordinary end', () => {
    const reasonOf = (delta: object, reason: string) =>
      read(chunk(delta, reason), '[DONE]').answer?.choices[0]?.stop.reason;
    expect(reasonOf({ refusal: 'No.' }, 'stop')).toBe('refusal');
    expect(reasonOf({ content: 'x' }, 'content_filter')).toBe('content_filter');
    expect(reasonOf({ content: 'x' }, 'length')).toBe('max_tokens');
    expect(reasonOf({ content: 'x' }, 'news')).toBe('other');
  });

  it('is complete without its terminator once every choice has finished, and never before', () => {
    expect(read(chunk({ content: 'a' }, 'stop')).answer?.choices).toHaveLength(1);
    const { reader } = read(chunk({ content: 'a' }, 'stop'), chunk({ content: 'b' }, null, 1));
    expect(reader.isComplete).toBe(false);
  });

  it('ends by its terminator what no reason ended', () => {
    expect(read(chunk({ content: 'a' }), '[DONE]').answer?.choices[0]?.stop).toEqual({ reason: 'other' });
  });

  it('keeps choices apart', () => {
    const { answer } = read(
      chunk({ content: 'a' }),
      chunk({ content: 'b' }, 'stop', 1),
      chunk({ content: 'c' }, 'stop'),
    );
    expect(answer?.choices.map(({ content }) => content)).toEqual([
      [{ type: 'text', text: 'ac' }],
      [{ type: 'text', text: 'b' }],
    ]);
  });

  it('reads nothing behind a failure', () => {
    const { reader } = read(
      chunk({ content: 'a' }),
      '{"error":{"type":"server_error"}}',
      chunk({ content: 'b' }, 'stop'),
    );
    expect([reader.failure?.kind, reader.isComplete]).toEqual(['server', false]);
  });
});
