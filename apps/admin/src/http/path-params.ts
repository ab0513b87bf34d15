import { Param } from '@nestjs/common';
import type { PipeTransform } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { NAME_PATTERN } from '@tokenbay/protocol';
import { isId } from './rules.js';

/** An id in the path. What cannot be an id names no object: `not_found`. */
export const IdParam = (name = 'id'): ParameterDecorator => Param(name, pipe(isId));

/** A name in the path, decoded. What cannot be a name names no object: `not_found`. */
export const NameParam = (name = 'name'): ParameterDecorator =>
  Param(
    name,
    pipe((text) => NAME_PATTERN.test(text)),
  );

function pipe(accepts: (text: string) => boolean): PipeTransform<string, string> {
  return {
    transform(text) {
      if (!accepts(text)) throw new DomainError('not_found', 'malformed id or name in the path');
      return text;
    },
  };
}
