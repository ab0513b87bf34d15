export { FixedClock } from './fixed-clock.js';
export { generateSecret } from '../crypto/secret.js';
