import type { INestApplication } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** What serves a relayed request; whatever it throws is answered like every other error of the process. */
type RelayHandler = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** Which paths a method serves, and what it takes. */
interface RelayPaths {
  readonly paths: readonly string[];
  /** Where they end in `*`: false for what is not served all the same, and is told so before anything else of it is looked at. */
  readonly serves?: (request: FastifyRequest) => boolean;
  /** True where `multipart/form-data` is taken as well as JSON. */
  readonly acceptsForms?: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    serves?: RelayPaths['serves'];
  }
}

const RELAY_ROUTE = Symbol('relay route');

/**
 * Marks a controller's method that serves `POST` on its paths, takes a unit of the account's rate, and answers by itself. Such a route is
 * mounted on Fastify directly: the guards, pipes, interceptors and parameters of Nest's router, of which a relayed request needs none, cost
 * a tenth of what the gateway adds to it. Admission stands before it like before every route.
 */
export function RelayRoute(route: string | RelayPaths) {
  const served: RelayPaths = typeof route === 'string' ? { paths: [route] } : route;
  return (_target: object, _name: string, { value }: TypedPropertyDescriptor<RelayHandler>): void => {
    Reflect.defineMetadata(RELAY_ROUTE, served, value as RelayHandler);
  };
}

/** Mounts every method that was marked, of every controller; answers their paths. */
export function mountRelayRoutes(app: INestApplication, fastify: FastifyInstance): string[] {
  const mounted: string[] = [];
  for (const { instance } of app.get(DiscoveryService).getControllers()) {
    const controller = instance as Record<string, RelayHandler>;
    for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(controller))) {
      const method = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(controller), name)?.value as
        object | undefined;
      const served =
        typeof method === 'function' ? (Reflect.getMetadata(RELAY_ROUTE, method) as RelayPaths | undefined) : undefined;
      if (served === undefined) continue;
      const handler: RelayHandler = (request, reply) => controller[name]!(request, reply);
      const { paths, serves, acceptsForms = false } = served;
      const config = { countsForAccountRate: true, acceptsForms, ...(serves && { serves }) };
      for (const url of paths) fastify.route({ method: 'POST', url, config, handler });
      mounted.push(...paths);
    }
  }
  return mounted;
}
