/** What can be a member of a roster: it keeps its own place there, -1 while it is in none. */
export interface Member {
  place: number;
}

/**
 * Those who are here right now, of whom many come and go every second; their order means nothing. Coming and going costs two writes. Unlike
 * a Set it leaves nothing behind: the tables that a busy Set outgrows keep whoever was in them from the young generation's collector.
 */
export class Roster<T extends Member> {
  private readonly members: T[] = [];

  get size(): number {
    return this.members.length;
  }

  /** Adds someone who is in no roster. */
  add(member: T): void {
    member.place = this.members.length;
    this.members.push(member);
  }

  /** Removes a member; whoever is in no roster is left alone. */
  delete(member: T): void {
    if (member.place === -1) return;
    const last = this.members.pop() as T;
    if (last !== member) {
      this.members[member.place] = last;
      last.place = member.place;
    }
    member.place = -1;
  }

  /** Calls back with everyone who is here now, also where that makes some of them leave. */
  forEach(callback: (member: T) => void): void {
    for (const member of [...this.members]) callback(member);
  }
}
