// @ts-check

/**
 * A time in which some gateway counted by itself, Redis being lost to it.
 *
 * @typedef {{ fromMs: number, untilMs: number }} Alone
 */

const LOST = /"time":"([^"]+)".*"msg":"Redis (?:is lost|does not answer)/;
const FOUND = /"time":"([^"]+)".*"msg":"Redis answers/;
/** Of what a gateway writes only the last part is kept, which holds more than so long. */
const LOOK_MS = 20_000;

/** Keeps in mind when gateways counted by themselves, by what they write. */
export class LoneWatch {
  /** @param {{ all: { program: { output: string, isRunning: boolean } }[] }} fleet */
  constructor(fleet) {
    this.fleet = fleet;
    /** @type {Map<object, Map<number, boolean>>} by process, whether it was alone from a moment on */
    this.turns = new Map();
    this.timer = setInterval(() => this.look(), LOOK_MS);
  }

  /** Looks for the last time. Answers all that there was; who was alone when it ended was so until then. @returns {Alone[]} */
  stop() {
    clearInterval(this.timer);
    this.look();
    return [...this.turns.values()].flatMap(toAlone);
  }

  look() {
    for (const { program } of this.fleet.all) {
      const turns = this.turns.get(program) ?? new Map();
      this.turns.set(program, turns);
      for (const line of program.output.split('\n')) {
        const isAlone = LOST.test(line);
        const [, time] = LOST.exec(line) ?? FOUND.exec(line) ?? [];
        if (time !== undefined) turns.set(Date.parse(time), isAlone);
      }
    }
  }
}

/** @param {Map<number, boolean>} turns @returns {Alone[]} */
function toAlone(turns) {
  /** @type {Alone[]} */
  const all = [];
  let isAlone = false;
  for (const [atMs, isNowAlone] of [...turns].sort(([one], [other]) => one - other)) {
    const last = all.at(-1);
    if (isNowAlone && !isAlone) all.push({ fromMs: atMs, untilMs: Infinity });
    if (!isNowAlone && isAlone && last) last.untilMs = atMs;
    isAlone = isNowAlone;
  }
  return all;
}
