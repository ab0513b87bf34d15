import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { isId } from '../http/rules.js';

/** Which key of which channel a path names. */
export interface ChannelKeyPath {
  readonly channelId: string;
  readonly id: string;
}

/** Both ids of `/channels/{id}/keys/{keyId}`. What cannot be an id names no object: `not_found`. */
export const KeyPath = createParamDecorator((_: unknown, context: ExecutionContext): ChannelKeyPath => {
  const { id: channelId, keyId: id } = context.switchToHttp().getRequest<{ params: Record<string, string> }>().params;
  if (!isId(channelId) || !isId(id)) throw new DomainError('not_found', 'malformed id in the path');
  return { channelId, id };
});
