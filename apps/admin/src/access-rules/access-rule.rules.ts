import { CIDRS_MAX, readTimeOfDay } from '@tokenbay/access-rules';
import { parseCidr } from '@tokenbay/platform';
import { type FieldRule, rule } from '../http/field-rule.js';

const CIDR_LENGTH_MAX = 64;
const POSITIONS_TOLD_MAX = 20;

/** Addresses and CIDRs, at least one; the problem names the positions of all that are neither. */
export const cidrsRule: FieldRule = {
  schema: {
    type: 'array',
    items: { type: 'string', maxLength: CIDR_LENGTH_MAX, example: '203.0.113.0/24' },
    minItems: 1,
    maxItems: CIDRS_MAX,
  },
  problem: (value) => {
    if (!Array.isArray(value) || value.length < 1 || value.length > CIDRS_MAX)
      return ` must be a list of 1 to ${CIDRS_MAX} items.`;
    const wrong = value.flatMap((item, index) => (isCidr(item) ? [] : [`[${index}]`]));
    if (wrong.length === 0) return undefined;
    const positions = wrong.slice(0, POSITIONS_TOLD_MAX).join(', ') + (wrong.length > POSITIONS_TOLD_MAX ? ', …' : '');
    return ` must hold only addresses and CIDRs such as 203.0.113.0/24 or 2001:db8::/32; not so at ${positions}.`;
  },
};

/** When a window opens. */
export const fromRule: FieldRule = rule(
  'a time from 00:00 to 23:59',
  { type: 'string', pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', example: '09:00' },
  (value) => typeof value === 'string' && value !== '24:00' && readTimeOfDay(value) !== null,
);

/** When a window closes. */
export const toRule: FieldRule = rule(
  'a time from 00:00 to 24:00',
  { type: 'string', pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$', example: '18:00' },
  (value) => typeof value === 'string' && readTimeOfDay(value) !== null,
);

function isCidr(item: unknown): boolean {
  return typeof item === 'string' && item.length <= CIDR_LENGTH_MAX && parseCidr(item) !== null;
}
