import { Platform0000000000001 } from './migrations/0001-platform.js';

/** Every migration, oldest first. One that has landed is never edited. */
export const MIGRATIONS = [Platform0000000000001];
