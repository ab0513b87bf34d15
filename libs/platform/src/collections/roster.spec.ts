import { Roster } from './roster.js';

const aMember = (name: string) => ({ name, place: -1 });

function namesIn(roster: Roster<ReturnType<typeof aMember>>): string[] {
  const names: string[] = [];
  roster.forEach(({ name }) => void names.push(name));
  return names.sort();
}

describe('a roster', () => {
  it('holds who came and has not left, in whatever order they leave', () => {
    const roster = new Roster<ReturnType<typeof aMember>>();
    const [a, b, c] = [aMember('a'), aMember('b'), aMember('c')];
    for (const member of [a, b, c]) roster.add(member);
    roster.delete(a);
    expect(namesIn(roster)).toEqual(['b', 'c']);
    roster.delete(b);
    roster.add(a);
    expect(namesIn(roster)).toEqual(['a', 'c']);
    roster.delete(c);
    roster.delete(a);
    expect(roster.size).toBe(0);
  });

  it('is indifferent to whoever leaves twice', () => {
    const roster = new Roster<ReturnType<typeof aMember>>();
    const [a, b] = [aMember('a'), aMember('b')];
    roster.add(a);
    roster.add(b);
    roster.delete(a);
    roster.delete(a);
    expect(namesIn(roster)).toEqual(['b']);
  });

  it('calls everyone who was there, also where each call makes all of them leave', () => {
    const roster = new Roster<ReturnType<typeof aMember>>();
    const members = [aMember('a'), aMember('b'), aMember('c')];
    for (const member of members) roster.add(member);
    const called: string[] = [];
    roster.forEach(({ name }) => {
      called.push(name);
      for (const member of members) roster.delete(member);
    });
    expect(called).toEqual(['a', 'b', 'c']);
    expect(roster.size).toBe(0);
  });
});
