import { ByteStream } from './byte-stream.js';

const sound = Buffer.from(Array.from({ length: 5_000 }, (_, index) => index % 251));

describe('bytes on their way through', () => {
  it.each([1, 7, 1_024, 1_025, 5_000])('are all there in chunks of %d, the last kept for the tail', (size) => {
    const stream = new ByteStream('audio/mpeg');
    const sent: Buffer[] = [];
    for (let at = 0; at < sound.length; at += size) {
      stream.push(sound.subarray(at, at + size));
      sent.push(...stream.takeReady());
    }
    expect(Buffer.concat(sent).equals(sound.subarray(0, -1_024))).toBe(true);
    expect(stream.isComplete).toBe(false);
    stream.end();
    expect(stream.isComplete).toBe(true);
    expect(Buffer.concat([...sent, ...stream.takeTail()]).equals(sound)).toBe(true);
  });

  it('all wait where they are few', () => {
    const stream = new ByteStream('audio/wav');
    stream.push(sound.subarray(0, 1_000));
    expect(stream.takeReady()).toEqual([]);
    expect(Buffer.concat(stream.takeTail())).toHaveLength(1_000);
  });

  it('are no answer where there are none', () => {
    const stream = new ByteStream('audio/wav');
    stream.end();
    expect([stream.hasBegun, stream.isComplete]).toEqual([false, false]);
  });

  it('have no form for an error, and an end', () => {
    const stream = new ByteStream('audio/wav');
    expect(stream.fail()).toBeUndefined();
    const chunk = Buffer.alloc(16_777_216);
    expect(() => {
      for (let n = 0; n < 17; n += 1) {
        stream.push(chunk);
        stream.takeReady();
      }
    }).toThrow('endless');
  });
});
