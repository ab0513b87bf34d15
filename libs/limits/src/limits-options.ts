import type { PrimaryChannel } from './desk-client.js';

/** The token by which the application says where limits are counted. */
export const LIMITS_OPTIONS = Symbol('LIMITS_OPTIONS');

/** Where this process's limits are counted. */
export interface LimitsOptions {
  /** Shared with other machines; undefined: they are counted on this one alone. */
  readonly redisUrl: string | undefined;
  /** The way to the process that decides for this one and its siblings; undefined: this one decides alone. */
  readonly primary: PrimaryChannel | undefined;
  /** The same in all processes that decide together. */
  readonly peerId: string;
  /** This process's own. */
  readonly processId: string;
}
