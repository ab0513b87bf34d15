import type { Box } from './mp4-boxes.js';

/** Boxes of which a track has one, and the names of those that stand for another. Where it has two, decoders differ in which they take. */
const TABLES = new Set(['tkhd', 'mdhd', 'stsd', 'stts', 'stsz', 'stsc', 'stco', 'elst']);
const OTHER_FORMS: ReadonlyMap<string, string> = new Map([
  ['stz2', 'stsz'],
  ['co64', 'stco'],
]);

/** What was found of a track, wherever it was. */
export class TrackBoxes {
  readonly tables = new Map<string, Box>();
  /** What it is said to be for, each time that it is: QuickTime says it twice. */
  readonly handlers: string[] = [];
  isAmbiguous = false;

  /** Takes a box, if it is one of a track's. */
  take(bytes: Buffer, box: Box): void {
    if (box.kind === 'hdlr') this.handlers.push(bytes.toString('latin1', box.at + 8, Math.min(box.at + 12, box.end)));
    const name = OTHER_FORMS.get(box.kind) ?? box.kind;
    if (!TABLES.has(name)) return;
    this.isAmbiguous ||= this.tables.has(name);
    this.tables.set(name, box);
  }
}
