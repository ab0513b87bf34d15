import { SharedRead } from './shared-read.js';

describe('a shared reading', () => {
  function open() {
    const asked: string[][] = [];
    const ends: { resolve: () => void; reject: (error: Error) => void }[] = [];
    const shared = new SharedRead((ids) => {
      const round = asked.push([...ids]);
      const answers = new Map(ids.map((id) => [id, `${id}${round}`]));
      return new Promise<ReadonlyMap<string, string>>((resolve, reject) =>
        ends.push({ resolve: () => resolve(answers), reject }),
      );
    });
    return { asked, ends, shared, turn: () => new Promise((done) => setImmediate(done)) };
  }

  it('is one at a time, and never one that was begun before it was asked for', async () => {
    const { asked, ends, shared, turn } = open();
    const first = [shared.of('a'), shared.of('b'), shared.of('a')];
    await turn();
    const later = [shared.of('a'), shared.of('c')];
    await turn();
    expect(asked).toEqual([['a', 'b']]);
    ends[0]?.resolve();
    expect(await Promise.all(first)).toEqual(['a1', 'b1', 'a1']);
    await turn();
    expect(asked).toEqual([
      ['a', 'b'],
      ['a', 'c'],
    ]);
    ends[1]?.resolve();
    expect(await Promise.all(later)).toEqual(['a2', 'c2']);
  });

  it('fails for those who share it, and for nobody after them', async () => {
    const { ends, shared, turn } = open();
    const first = shared.of('a');
    await turn();
    const later = shared.of('a');
    ends[0]?.reject(new Error('gone'));
    await expect(first).rejects.toThrow('gone');
    await turn();
    ends[1]?.resolve();
    expect(await later).toBe('a2');
  });
});
