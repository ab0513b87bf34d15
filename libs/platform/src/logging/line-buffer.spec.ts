import { untilHolds } from '@tokenbay/testing';
import { LineBuffer } from './line-buffer.js';

/** A reader with room for so many bytes. */
class Reader {
  text = '';
  failure: string | undefined;
  writes = 0;

  constructor(
    public room: number,
    readonly wholeBytesMax = Infinity,
  ) {}

  write(bytes: Buffer): number {
    this.writes += 1;
    const taken = Math.min(bytes.length, this.room);
    const isCut = taken < bytes.length && bytes.length <= this.wholeBytesMax && this.wholeBytesMax < Infinity;
    const code = this.failure ?? (taken === 0 || isCut ? 'EAGAIN' : undefined);
    if (code !== undefined) throw Object.assign(new Error(code), { code });
    this.room -= taken;
    this.text += bytes.toString('utf8', 0, taken);
    return taken;
  }
}

const noticeOf = (lines: number): string => `dropped ${lines}\n`;
const line = (index: number): string => `${String(index).padStart(9, '0')}\n`;
const lines = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, index) => line(from + index)).join('');

describe('lines on their way out', () => {
  it('are written together, and at once when asked for', () => {
    const reader = new Reader(Infinity);
    const buffer = new LineBuffer(reader, { noticeOf });
    for (let index = 0; index < 1_000; index += 1) buffer.write(line(index));
    expect(reader.writes).toBe(1);
    buffer.flush();
    expect(reader.text).toBe(lines(1_000));
  });

  it('wait for a reader that is slow, and lose nothing', async () => {
    const reader = new Reader(12_345);
    const buffer = new LineBuffer(reader, { noticeOf });
    for (let index = 0; index < 5_000; index += 1) buffer.write(line(index));
    expect(reader.text).toHaveLength(12_345);
    reader.room = Infinity;
    await untilHolds(() => expect(reader.text).toBe(lines(5_000)));
  });

  it('are asked for no more often because more of them come', () => {
    const reader = new Reader(0);
    const buffer = new LineBuffer(reader, { noticeOf });
    for (let index = 0; index < 5_000; index += 1) buffer.write(line(index));
    expect(reader.writes).toBe(1);
  });

  it('are never cut where a part is written as a whole or not at all', () => {
    const reader = new Reader(0, 64);
    const buffer = new LineBuffer(reader, { noticeOf });
    const long = `${'x'.repeat(200)}\n`;
    for (let index = 0; index < 20; index += 1) buffer.write(line(index));
    buffer.write(long);
    buffer.write(line(20));
    for (let round = 0; round < 100 && !reader.text.endsWith(long); round += 1) {
      reader.room = 65;
      buffer.flush();
      if (!reader.text.includes('x')) expect(reader.text).toMatch(/^(\d{9}\n)+$/);
    }
    reader.room = Infinity;
    buffer.flush();
    expect(reader.text).toBe(`${lines(20)}${long}${line(20)}`);
  });

  it('are dropped beyond a bound, which is told once there is room', () => {
    const reader = new Reader(0);
    const buffer = new LineBuffer(reader, { noticeOf, waitingCharactersMax: 20_000 });
    for (let index = 0; index < 10_000; index += 1) buffer.write(line(index));
    reader.room = Infinity;
    buffer.flush();
    buffer.write(line(10_000));
    buffer.flush();
    const kept = 2_001;
    expect(reader.text).toBe(`${lines(kept)}dropped ${10_000 - kept}\n${line(10_000)}`);
  });

  it('wait for a disk that is full', () => {
    const reader = new Reader(Infinity);
    const buffer = new LineBuffer(reader, { noticeOf });
    reader.failure = 'ENOSPC';
    buffer.write(line(0));
    buffer.flush();
    reader.failure = undefined;
    buffer.flush();
    expect(reader.text).toBe(line(0));
  });

  it('are forgotten when nobody can read them any more', () => {
    const reader = new Reader(Infinity);
    const buffer = new LineBuffer(reader, { noticeOf });
    reader.failure = 'EPIPE';
    for (let index = 0; index < 5_000; index += 1) buffer.write(line(index));
    buffer.end();
    expect(reader.writes).toBe(1);
  });

  it('keep the end of the process waiting for a reader no longer than a second', () => {
    const reader = new Reader(0);
    const buffer = new LineBuffer(reader, { noticeOf });
    buffer.write(line(0));
    buffer.end();
    expect(reader.text).toBe('');
    buffer.write(line(1));
    reader.room = Infinity;
    buffer.end();
    expect(reader.text).toBe(lines(2));
  });
});
