import type { INestApplication } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** What serves a relayed request; whatever it throws is answered like every other error of the process. */
type RelayHandler = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

const RELAY_ROUTE = Symbol('relay route');

/**
 * Marks a controller's method that serves `POST path`, takes a unit of the account's rate, and answers by itself. Such a route is mounted
 * on Fastify directly: the guards, pipes, interceptors and parameters of Nest's router, of which a relayed request needs none, cost a tenth
 * of what the gateway adds to it. Admission stands before it like before every route.
 */
export function RelayRoute(path: string) {
  return (_target: object, _name: string, { value }: TypedPropertyDescriptor<RelayHandler>): void => {
    Reflect.defineMetadata(RELAY_ROUTE, path, value as RelayHandler);
  };
}

/** Mounts every method that was marked, of every controller. */
export function mountRelayRoutes(app: INestApplication, fastify: FastifyInstance): void {
  for (const { instance } of app.get(DiscoveryService).getControllers()) {
    const controller = instance as Record<string, RelayHandler>;
    for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(controller))) {
      const method = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(controller), name)?.value as
        object | undefined;
      const path =
        typeof method === 'function' ? (Reflect.getMetadata(RELAY_ROUTE, method) as string | undefined) : undefined;
      if (path === undefined) continue;
      const handler: RelayHandler = (request, reply) => controller[name]!(request, reply);
      fastify.route({ method: 'POST', url: path, config: { countsForAccountRate: true }, handler });
    }
  }
}
