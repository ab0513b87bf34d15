// @ts-check
import { multiplyUp } from '../price.mjs';
import { MULTIPLIER } from '../world.mjs';
import { PER_SECOND } from './videos-world.mjs';

/** What so many seconds of video cost, in micropoints: rounded up once. @param {string} seconds @returns {bigint} */
export function videoPrice(seconds) {
  return multiplyUp([seconds, PER_SECOND, MULTIPLIER, '1000000']);
}
