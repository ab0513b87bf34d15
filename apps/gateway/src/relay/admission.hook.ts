import { DomainError } from '@tokenbay/errors';
import type { SentSecret } from '@tokenbay/keys';
import type { RateDecision } from '@tokenbay/limits';
import { type CidrSet, resolveClientAddress } from '@tokenbay/platform';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { dialectOf, isGoogleRequest } from '../surfaces/dialect.js';
import { BodyBudget } from './body-budget.js';
import { installBodyParsers } from './body-parsers.js';
import { findRouteRefusal } from './find-route-refusal.js';
import type { OccupiedSeats } from './occupied-seats.js';
import { readCredential, TWO_CREDENTIALS } from './read-credential.js';
import type { RelayService } from './relay.service.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `public` routes are served without credentials; every other route is closed. */
    access?: 'public';
    /** True on routes whose requests take a unit of the account's rate. */
    countsForAccountRate?: boolean;
    /** True on routes that take `multipart/form-data` as well as JSON. */
    acceptsForms?: boolean;
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What the request takes of its caller's parallel requests; null where they are not limited. */
    seats: OccupiedSeats | null;
  }
}

declare module 'node:net' {
  interface Socket {
    lastSecret?: SentSecret;
  }
}

const AUTHORIZATION = 'authorization';

const RATE_HEADERS = { requests: rateHeadersOf('requests'), tokens: rateHeadersOf('tokens') };

/** What admission needs to know of the process it runs in. */
export interface AdmissionOptions {
  readonly relay: RelayService;
  readonly trustedProxies: CidrSet;
  readonly bodyBytesMax: number;
}

/**
 * Puts admission before every route, in Fastify itself, so that no variant of a path gets around it; and reads bodies only after it. A
 * route is closed unless it says that it is public.
 */
export function installAdmission(fastify: FastifyInstance, options: AdmissionOptions): void {
  fastify.decorateRequest('caller', null);
  const budget = new BodyBudget();
  fastify.decorateRequest('seats', null);
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.raw.on('close', () => {
      budget.give(request.bodyBytes);
      request.seats?.release();
    });
    done();
  });
  // It throws, calls back, or (where something had to be read) returns a promise: Fastify takes all three.
  fastify.addHook('onRequest', (request, reply, done): void | Promise<void> => {
    const { config } = request.routeOptions;
    if (request.is404 || config.serves?.(request) === false) throw refuseRoute(request);
    if (config.access === 'public') {
      done();
      return undefined;
    }
    const caller = options.relay.admit({
      address: addressOf(request, options.trustedProxies),
      isRead: request.method !== 'POST',
      hasRoom: request.raw.hasRoom === true,
      readCredential: () => credentialOf(request),
      lastSecret: (request.raw.socket.lastSecret ??= { secret: '', hash: '' }),
      countsForAccountRate: config.countsForAccountRate === true,
      onAccountRate: (decision) => showRate(reply, 'requests', decision),
      onTokenRate: (decision) => showTokenRate(reply, decision),
      onSeats: (seats) => occupy(request, reply, seats),
    });
    if (caller instanceof Promise) return caller.then((decided) => void (request.caller = decided));
    request.caller = caller;
    done();
    return undefined;
  });
  installBodyParsers(fastify, { budget, bytesMax: options.bodyBytesMax });
}

function refuseRoute({ method, url, headers }: FastifyRequest): Error {
  return findRouteRefusal({ method, path: url.split('?', 1)[0] ?? url, wantsUpgrade: headers.upgrade !== undefined });
}

function addressOf(request: FastifyRequest, trusted: CidrSet): ReturnType<typeof resolveClientAddress> {
  return resolveClientAddress({
    peer: request.raw.socket.remoteAddress,
    forwardedFor: request.headers['x-forwarded-for'],
    trusted,
  });
}

function credentialOf({ headers, url, query, raw }: FastifyRequest): string {
  assertOneAuthorization(raw.rawHeaders);
  const mayBeInQuery = dialectOf(url) === 'gemini' || isGoogleRequest({ url, headers });
  const queryKey = mayBeInQuery ? (query as Record<string, unknown> | undefined)?.['key'] : undefined;
  return readCredential({ headers, queryKey });
}

/** Node keeps the first of several and drops the others. */
function assertOneAuthorization(rawHeaders: readonly string[]): void {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === AUTHORIZATION.length && name.toLowerCase() === AUTHORIZATION) count += 1;
  }
  if (count > 1) throw new DomainError('invalid_request', 'two credentials', { message: TWO_CREDENTIALS });
}

function showRate(reply: FastifyReply, unit: keyof typeof RATE_HEADERS, decision: RateDecision): void {
  const names = RATE_HEADERS[unit];
  void reply
    .header(names.limit, String(decision.limit))
    .header(names.remaining, String(decision.remaining))
    .header(names.reset, `${Math.ceil(decision.resetMs / 1000)}s`);
}

function rateHeadersOf(unit: string): Record<'limit' | 'remaining' | 'reset', string> {
  return {
    limit: `x-ratelimit-limit-${unit}`,
    remaining: `x-ratelimit-remaining-${unit}`,
    reset: `x-ratelimit-reset-${unit}`,
  };
}

/** Of two token limits the one with less left is shown. */
function showTokenRate(reply: FastifyReply, decision: RateDecision): void {
  const shown = reply.getHeader(RATE_HEADERS.tokens.remaining);
  if (shown === undefined || decision.remaining < Number(shown)) showRate(reply, 'tokens', decision);
}

/** A client that left while its seats were asked for has closed already. */
function occupy(request: FastifyRequest, { raw }: FastifyReply, seats: OccupiedSeats): void {
  if (raw.destroyed) return seats.release();
  request.seats = seats;
}
