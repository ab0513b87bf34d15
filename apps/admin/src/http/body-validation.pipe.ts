import { ValidationPipe } from '@nestjs/common';
import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { describeProblems, type MemberWord } from './describe-problems.js';
import { problemOfShape } from './json-shape.js';
import { isPlainObject } from './rules.js';

/** A class whose requests may have no body at all, which is then the same as `{}`. */
interface OptionalBody {
  readonly mayBeAbsent?: boolean;
}

/** Validates every body and query against its class: unknown fields are refused, all problems are listed in `error.problems`. */
export class BodyValidationPipe implements PipeTransform {
  private readonly fields = validatorOf('field');
  private readonly queryParameters = validatorOf('query parameter');

  async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'query') return this.queryParameters.transform(value, metadata) as Promise<unknown>;
    if (metadata.type === 'body') {
      if (value === undefined && (metadata.metatype as OptionalBody | undefined)?.mayBeAbsent)
        return this.fields.transform({}, metadata) as Promise<unknown>;
      const problem = isPlainObject(value) ? problemOfShape(value) : 'The body must be a JSON object.';
      if (problem !== undefined) throw refusal([problem]);
    }
    return this.fields.transform(value, metadata) as Promise<unknown>;
  }
}

function validatorOf(member: MemberWord): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    exceptionFactory: (errors) => refusal(describeProblems(errors, member)),
  });
}

function refusal(problems: string[]): DomainError {
  return new DomainError('invalid_request', undefined, { message: problems.slice(0, 3).join(' '), problems });
}
