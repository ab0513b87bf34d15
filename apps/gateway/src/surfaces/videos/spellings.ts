import type { VideoField } from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import { invalid } from '../body-reader.js';
import type { VideoMetadata } from './metadata.js';

/** A field as the client wrote it. */
export interface SentField {
  /** As it wrote its name: `duration`, `metadata.ratio`. */
  readonly name: string;
  readonly value: unknown;
}

/** Finds fields by any of the names that clients give them, and remembers which name it was. */
export class Spellings {
  /** Names that mean something here; what has another is for the provider. */
  readonly known = new Set<string>();
  private readonly names: Partial<Record<VideoField, string>> = {};

  constructor(
    private readonly fields: JsonObject,
    private readonly metadata: VideoMetadata,
  ) {}

  /** What the client called the fields that were found. */
  get used(): Readonly<Partial<Record<VideoField, string>>> {
    return this.names;
  }

  /** All spellings of a field that were sent, those in `metadata` last. */
  findAll(names: readonly string[]): SentField[] {
    for (const name of names) this.known.add(name);
    const inBody = names.map((name) => ({ name, value: ownOf(this.fields, name) }));
    const inMetadata = names.map((name) => ({ name: `metadata.${name}`, value: ownOf(this.metadata, name) }));
    return [...inBody, ...inMetadata].filter(({ value }) => value !== undefined && value !== null);
  }

  /** The field under the first of its names that was sent. Throws `invalid_request` where two of them say different things. */
  find(field: VideoField, names: readonly string[]): SentField | undefined {
    const [first, ...others] = this.findAll(names);
    if (!first) return undefined;
    const other = others.find(({ value }) => String(value) !== String(first.value));
    if (other) throw invalid(other.name, `contradicts ${first.name}`);
    this.note(field, first.name);
    return first;
  }

  /** Remembers what the client called a field; the first name stays. */
  note(field: VideoField, name: string): void {
    this.names[field] ??= name;
  }
}

function ownOf(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
