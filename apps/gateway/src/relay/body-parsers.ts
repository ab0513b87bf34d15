import { DomainError } from '@tokenbay/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { BodyBudget } from './body-budget.js';
import { readMultipartBody } from './multipart/read-multipart-body.js';
import { decodeBody, parseJsonBody } from './read-json-body.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Size of the body as decoded, in bytes; 0 where there is none. */
    bodyBytes: number;
  }
}

/** What bodies are held to. */
export interface BodyBounds {
  /** Of the whole process; whoever installed the parsers gives a body's `bodyBytes` back. */
  readonly budget: BodyBudget;
  /** One body as decoded. */
  readonly bytesMax: number;
}

/**
 * Reads bodies of JSON, and forms where a route says that it accepts them (`body` is then a `MultipartForm`): whole, after admission, their size
 * counted as decoded. Anything else is `invalid_request`, and `request_too_large` beyond the bound.
 */
export function installBodyParsers(fastify: FastifyInstance, { budget, bytesMax }: BodyBounds): void {
  fastify.decorateRequest('bodyBytes', 0);
  const take = (request: FastifyRequest, decoded: Buffer): Buffer => {
    budget.take(decoded.length);
    request.bodyBytes = decoded.length;
    return decoded;
  };
  fastify.removeContentTypeParser('application/json');
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes: Buffer, done) => {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined)
      return decodeBody({ bytes, encoding, bytesMax }).then((decoded) => parseJsonBody(take(request, decoded)));
    // Without a promise: nearly every body is plain.
    done(null, parseJsonBody(take(request, bytes)));
    return undefined;
  });
  fastify.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, bytes: Buffer) => {
      const { 'content-encoding': encoding, 'content-type': contentType = '' } = request.headers;
      assertTakesForms(request);
      return readMultipartBody(take(request, await decodeBody({ bytes, encoding, bytesMax })), contentType);
    },
  );
}

function assertTakesForms({ routeOptions }: FastifyRequest): void {
  if (routeOptions.config.acceptsForms) return;
  const message = 'The body must be JSON and must say so: send content-type: application/json.';
  throw new DomainError('invalid_request', 'a form', { message });
}
