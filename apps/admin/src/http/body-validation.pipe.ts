import { ValidationPipe } from '@nestjs/common';
import type { ArgumentMetadata } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { describeProblems } from './describe-problems.js';
import { problemOfShape } from './json-shape.js';
import { isPlainObject } from './rules.js';

/** Validates every body and query against its class: unknown fields are refused, all problems are listed in `error.problems`. */
export class BodyValidationPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      exceptionFactory: (errors) => refusal(describeProblems(errors)),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'body') {
      const problem = isPlainObject(value) ? problemOfShape(value) : 'The body must be a JSON object.';
      if (problem !== undefined) throw refusal([problem]);
    }
    return super.transform(value, metadata) as Promise<unknown>;
  }
}

function refusal(problems: string[]): DomainError {
  return new DomainError('invalid_request', undefined, { message: problems.slice(0, 3).join(' '), problems });
}
