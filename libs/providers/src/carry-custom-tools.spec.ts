import type { CanonicalCall, CanonicalEvent } from '@tokenbay/protocol';
import { carryCustomTools } from './carry-custom-tools.js';
import { FreeTextInput } from './free-text-input.js';
import type { ConversionWire } from './text-wire.js';

const TEXT = '*** Begin Patch\n+\t"quoted" \\ / 🌍 é\u0001\n*** End Patch';
const JSONS = [
  JSON.stringify({ input: TEXT }),
  JSON.stringify({ input: TEXT }, null, 2),
  '{"input":"\\u002a** Begin Patch\\n+\\t\\"quoted\\" \\\\ \\/ \\ud83c\\udf0d \\u00e9\\u0001\\n*** End Patch","more":1}',
];

describe('the text of a wrapped call', () => {
  it.each(JSONS)('is the same in whichever pieces it comes: %s', (json) => {
    for (let at = 0; at <= json.length; at += 1) {
      for (const next of [1, 2, 5]) {
        const input = new FreeTextInput();
        const pieces = [json.slice(0, at), json.slice(at, at + next), json.slice(at + next)];
        const told = pieces.map((piece) => input.push(piece));
        expect(told.join('') + input.end()).toBe(TEXT);
        for (const piece of told) expect(piece).not.toMatch(/[\ud800-\udbff]$/);
      }
    }
  });

  it.each([
    ['{"patch":"x"}', '{"patch":"x"}'],
    ['*** Begin Patch', '*** Begin Patch'],
    ['', ''],
    ['{}', ''],
    [`{${' '.repeat(400)}"input":"x"}`, `{${' '.repeat(400)}"input":"x"}`],
  ])('is what was written where that has another form: %j', (written, expected) => {
    const input = new FreeTextInput();
    expect([...written].map((piece) => input.push(piece)).join('') + input.end()).toBe(expected);
  });
});

describe('a wire without free-form tools', () => {
  const events: CanonicalEvent[] = [
    { type: 'start', id: 'a' },
    {
      type: 'part_start',
      choice: 0,
      part: 0,
      opening: { type: 'tool_call', kind: 'function', id: 'c', name: 'patch' },
    },
    { type: 'part_delta', choice: 0, part: 0, delta: { kind: 'input', text: '{"input":"a\\' } },
    { type: 'part_delta', choice: 0, part: 0, delta: { kind: 'input', text: 'nb"}' } },
    { type: 'part_end', choice: 0, part: 0 },
    {
      type: 'part_start',
      choice: 0,
      part: 1,
      opening: { type: 'tool_call', kind: 'function', id: 'd', name: 'other' },
    },
    { type: 'part_delta', choice: 0, part: 1, delta: { kind: 'input', text: '{"input":"x"}' } },
    { type: 'part_end', choice: 0, part: 1 },
  ];
  const call: CanonicalCall = {
    ...{ turns: [], tools: [{ kind: 'custom', name: 'patch' }], output: { choices: 1, modalities: ['text'] } },
    ...{ sampling: {}, attribution: {}, caching: {}, safety: [] },
  };
  const wire: ConversionWire = {
    writeRequest: ({ tools }) => ({ tools }),
    readAnswer: () => ({
      id: 'a',
      choices: [
        {
          content: [{ type: 'tool_call', kind: 'function', id: 'c', name: 'patch', input: '{"input":"a\\nb"}' }],
          stop: { reason: 'tool_call' },
        },
      ],
    }),
    openReader: () => ({ read: () => events, end: () => [], isComplete: true, failure: undefined }),
  };

  it('answers their calls with free text, in a stream as well, and all others as they are', () => {
    const carried = carryCustomTools(wire, call);
    expect(carried.readAnswer({})).toMatchObject({ choices: [{ content: [{ kind: 'custom', input: 'a\nb' }] }] });
    const reader = carried.openReader();
    expect(reader.isComplete).toBe(true);
    const read = reader.read('');
    const inputs = read.map((event) =>
      event.type === 'part_delta' && event.delta.kind === 'input' ? event.delta.text : '',
    );
    expect(inputs.join('|')).toBe('||a|\nb|||{"input":"x"}|');
    expect(read.filter(({ type }) => type === 'part_start')).toMatchObject([
      { opening: { kind: 'custom', name: 'patch' } },
      { opening: { kind: 'function', name: 'other' } },
    ]);
  });

  it('is itself where nobody asks for such tools', () => {
    expect(carryCustomTools(wire, { ...call, tools: [{ kind: 'function', name: 'f' }] })).toBe(wire);
  });
});
