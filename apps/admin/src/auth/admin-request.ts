import type { FastifyRequest } from 'fastify';
import type { AdminUser } from './admin-user.js';

/** A request as the guard leaves it: with its administrator, but for a public route, which has none. */
export type AdminRequest = FastifyRequest & { admin?: AdminUser };
