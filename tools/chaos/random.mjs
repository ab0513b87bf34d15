// @ts-check

/** Numbers that look random and are the same for the same seed. */
export class Random {
  /** @param {number} seed */
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** From 0 up to, not including, 1. */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `min` to `max`, both included. @param {number} min @param {number} max */
  integer(min, max) {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** One of a list. @template T @param {readonly T[]} list @returns {T} */
  pick(list) {
    const one = list[this.integer(0, list.length - 1)];
    if (one === undefined) throw new Error('nothing to pick from');
    return one;
  }

  /** One of a list, each as often as its weight says. @template {{ weight: number }} T @param {readonly T[]} list @returns {T} */
  pickWeighted(list) {
    let left = this.next() * list.reduce((sum, { weight }) => sum + weight, 0);
    const one = list.find(({ weight }) => (left -= weight) < 0) ?? list.at(-1);
    if (one === undefined) throw new Error('nothing to pick from');
    return one;
  }

  /** The same list in another order. @template T @param {readonly T[]} list @returns {T[]} */
  shuffle(list) {
    const rest = [...list];
    return list.map(() => /** @type {T} */ (rest.splice(this.integer(0, rest.length - 1), 1)[0]));
  }
}
