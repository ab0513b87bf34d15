import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';

/** The version in `If-Match` (`3`, `"3"` or `W/"3"`), or undefined where there is none or it is `*`. Anything else is `invalid_request`. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): number | undefined =>
  readIfMatch(context.switchToHttp().getRequest<{ headers: Record<string, string | undefined> }>().headers['if-match']),
);

/** Reads the value of an `If-Match` header. */
export function readIfMatch(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const match = /^(?:W\/)?("?)(\d{1,15})\1$/.exec(header.trim());
  if (!match)
    throw new DomainError('invalid_request', undefined, { message: 'If-Match must be one version, such as "3".' });
  return Number(match[2]);
}
