// @ts-check
import { BOOKS } from './list/books.mjs';
import { DELIVERY } from './list/delivery.mjs';
import { FENCES } from './list/fences.mjs';
import { FOREIGN_URLS } from './list/foreign-urls.mjs';
import { HOSTED_TOOLS } from './list/hosted-tools.mjs';
import { LIMITS } from './list/limits.mjs';
import { LOCKS } from './list/locks.mjs';
import { MEMORY } from './list/memory.mjs';
import { TASKS } from './list/tasks.mjs';
import { UNKNOWN_OUTCOMES } from './list/unknown-outcomes.mjs';
import { WEBHOOKS } from './list/webhooks.mjs';

/** Every guard that is known, by what it guards. @type {readonly import('./guard.mjs').Guard[]} */
export const GUARDS = [
  ...[...LIMITS, ...BOOKS, ...FENCES, ...LOCKS, ...MEMORY, ...UNKNOWN_OUTCOMES, ...DELIVERY],
  ...[...FOREIGN_URLS, ...WEBHOOKS, ...TASKS, ...HOSTED_TOOLS],
];
