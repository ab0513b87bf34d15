import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import type { FastifyReply } from 'fastify';
import { lastValueFrom, type Observable, of } from 'rxjs';
import type { AdminRequest } from '../auth/admin-request.js';
import type { RecordKey } from './idempotency.repository.js';
import { IdempotencyService } from './idempotency.service.js';
import { requestDigest } from './request-digest.js';

const KEY = /^[\x21-\x7e]{1,255}$/;

/** Honours `Idempotency-Key` on every POST of an administrator. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly idempotency: IdempotencyService) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<AdminRequest>();
    const key = readKey(request);
    if (key === null) return next.handle();
    return of(await this.answerOnce(key, { request, reply: http.getResponse<FastifyReply>(), next }));
  }

  private async answerOnce(key: RecordKey, { request, reply, next }: Exchange): Promise<unknown> {
    const digest = requestDigest(request.method, request.url, request.body);
    const begun = await this.idempotency.begin(key, digest);
    if ('answer' in begun) {
      void reply.code(begun.answer.status).header('idempotent-replayed', 'true');
      return begun.answer.body;
    }
    try {
      const body: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined });
      await this.idempotency.complete(begun.claim, key, { status: reply.statusCode, body });
      return body;
    } catch (error) {
      await this.idempotency.release(begun.claim, key);
      throw error;
    }
  }
}

interface Exchange {
  readonly request: AdminRequest;
  readonly reply: FastifyReply;
  readonly next: CallHandler;
}

function readKey({ method, admin, headers }: AdminRequest): RecordKey | null {
  const idempotencyKey = headers['idempotency-key'];
  if (method !== 'POST' || !admin || idempotencyKey === undefined) return null;
  if (typeof idempotencyKey !== 'string' || !KEY.test(idempotencyKey))
    throw new DomainError('invalid_request', undefined, {
      message: 'Idempotency-Key must be 1 to 255 printable characters without blanks.',
    });
  return { adminId: admin.id, idempotencyKey };
}
