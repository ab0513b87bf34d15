import { DomainError } from '@tokenbay/errors';
import { askWithout } from '../hosted-tool.js';

/** A field's name is the client's own, at most this long in the header. */
const FIELD = /^[A-Za-z0-9_.[\]-]{1,64}$/;
const FIELDS_MAX = 32;
const NONE: readonly string[] = Object.freeze([]);

/**
 * What one conversion could not carry over. Surfaces use it while they read, provider writers while they write. The one question is whether
 * the answer would mean something else without the field: a hint is dropped and named, a demand is refused.
 */
export class DroppedFields {
  private names: Set<string> | undefined;

  /** Notes a hint that is left out. The client learns of it in `x-tokenbay-dropped-fields`. */
  drop(field: string): void {
    if (!FIELD.test(field)) return;
    this.names ??= new Set();
    if (this.names.size < FIELDS_MAX) this.names.add(field);
  }

  /** Notes a hint only where it was said. */
  dropIfSet(field: string, value: unknown): void {
    if (value !== undefined && value !== null) this.drop(field);
  }

  /**
   * Refuses a demand that the target cannot meet. Throws `conversion_not_implemented`, which sends the relay to the next channel and the
   * client a 501 that names the field where no channel is left.
   */
  refuse(field: string): never {
    return refuseNamed(field, 'no provider of this model can carry it; leaving it out would change the answer.');
  }

  /** Refuses a tool that only the provider whose format the request has can run. Throws as `refuse` does. */
  refuseHostedTool(type: string): never {
    return refuseNamed(`tools.${type}`, `no provider of this model runs this hosted tool. ${askWithout(type)}`);
  }

  /** The names, in the order they were met, each once. */
  get list(): readonly string[] {
    return this.names ? [...this.names] : NONE;
  }
}

function refuseNamed(field: string, why: string): never {
  const named = FIELD.test(field) ? field : 'a field of this request';
  throw new DomainError('conversion_not_implemented', named, {
    ...(FIELD.test(field) && { param: field }),
    message: `${named}: ${why}`,
  });
}
