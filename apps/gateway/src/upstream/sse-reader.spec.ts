import { type SseEvent, SseReader } from './sse-reader.js';

const STREAM = Buffer.from(
  ': hello\n\ndata: {"a":"é"}\r\n\r\nevent: x\ndata:one\ndata: two\nid: 7\n\ndata: {"b":"日本"}\n\ndata: [DONE]\n\n',
);
const DATA = [undefined, '{"a":"é"}', 'one\ntwo', '{"b":"日本"}', '[DONE]'];

function read(chunks: Buffer[]): SseEvent[] {
  const events: SseEvent[] = [];
  const reader = new SseReader((event) => events.push({ raw: Buffer.from(event.raw), data: event.data }));
  for (const chunk of chunks) reader.push(chunk);
  return events;
}

describe('the reader of event streams', () => {
  it('gives the same events wherever the stream is cut in two', () => {
    for (let at = 0; at <= STREAM.length; at += 1) {
      const events = read([STREAM.subarray(0, at), STREAM.subarray(at)]);
      expect(events.map(({ data }) => data)).toEqual(DATA);
      expect(Buffer.concat(events.map(({ raw }) => raw))).toEqual(STREAM);
    }
  });

  it('gives the same events byte by byte', () => {
    expect(read([...STREAM].map((byte) => Buffer.of(byte))).map(({ data }) => data)).toEqual(DATA);
  });

  it.each(['data: 1\n\ndata: 2', 'data: 1\n\ndata: 2\n', 'data: 1\n\ndata: 2\r\n'])(
    'keeps an event to itself until it ends, or the stream does: %j',
    (text) => {
      const events: SseEvent[] = [];
      const reader = new SseReader((event) => events.push(event));
      reader.push(Buffer.from(text));
      expect(events.map(({ data }) => data)).toEqual(['1']);
      reader.end();
      expect(events.map(({ data }) => data)).toEqual(['1', '2']);
      expect(events[1]?.raw.toString()).toMatch(/^data: 2\s*\n\n$/);
    },
  );

  it('refuses a line over one MiB, in one chunk or many, and an event over four', () => {
    expect(() => read([Buffer.from(`data: ${'x'.repeat(1_048_576)}\n\n`)])).toThrow('too_large');
    expect(() => read(Array.from({ length: 20 }, () => Buffer.alloc(65_536, 'x')))).toThrow('too_large');
    expect(() => read(Array.from({ length: 100 }, () => Buffer.from(`data: ${'x'.repeat(65_536)}\n`)))).toThrow(
      'too_large',
    );
  });

  it('refuses invalid UTF-8', () => {
    expect(() => read([Buffer.concat([Buffer.from('data: '), Buffer.of(0xff, 0xfe), Buffer.from('\n\n')])])).toThrow(
      'malformed',
    );
  });
});
