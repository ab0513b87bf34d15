import {
  type KindPrices,
  PRICE_DECIMALS_MAX,
  PRICE_INTEGER_DIGITS_MAX,
  PRICE_KINDS,
  PRICE_PATTERN,
  type Prices,
  type PriceTier,
  SERVICE_TIERS_MAX,
  TIERS_MAX,
  TOOLS_MAX,
} from './prices.js';

const PRICE_RULE = `must be a decimal string, not negative, with at most ${PRICE_INTEGER_DIGITS_MAX} digits before and ${PRICE_DECIMALS_MAX} after the point.`;
const LABEL = /^[A-Za-z0-9._:/-]{1,64}$/;
const INPUT_TOKENS_MAX = 1_000_000_000;

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads what an administrator wrote as `prices`: numbers become decimal strings, everything else must already be right. `problems` holds
 * one sentence for each thing that is wrong, written to follow the word `prices`; `prices` may only be used where it is empty.
 */
export function readPrices(input: unknown): { prices: Prices; problems: string[] } {
  const problems: string[] = [];
  if (!isObject(input)) return { prices: {}, problems: [' must be an object.'] };
  const prices: Record<string, unknown> = readKinds(input, '', problems);
  for (const name of Object.keys(input)) {
    if (name === 'serviceTiers')
      prices[name] = readLabels(input[name], { path: '.serviceTiers', countMax: SERVICE_TIERS_MAX }, problems);
    else if (name === 'tiers') prices[name] = readTiers(input[name], problems);
    else if (!isKind(name)) problems.push(`.${name} is no price kind.`);
  }
  return { prices, problems };
}

function readKinds(input: Json, path: string, problems: string[]): Record<string, unknown> {
  const kinds: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(input)) {
    if (name === 'perToolCall')
      kinds[name] = readLabels(value, { path: `${path}.${name}`, countMax: TOOLS_MAX }, problems);
    else if (isKind(name)) kinds[name] = readPrice(value, `${path}.${name}`, problems);
  }
  return kinds;
}

function readPrice(value: unknown, path: string, problems: string[]): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text === 'string' && PRICE_PATTERN.test(text)) return text;
  problems.push(`${path} ${PRICE_RULE}`);
  return '0';
}

function readLabels(
  value: unknown,
  { path, countMax }: { path: string; countMax: number },
  problems: string[],
): Record<string, string> {
  if (!isObject(value) || Object.keys(value).length > countMax) {
    problems.push(`${path} must be an object of at most ${countMax} names.`);
    return {};
  }
  const entries = Object.entries(value).map(([name, price]) => {
    if (!LABEL.test(name) || name === '__proto__') problems.push(`${path} holds a name that is not well formed.`);
    return [name, readPrice(price, `${path}.${name}`, problems)] as const;
  });
  return Object.fromEntries(entries);
}

function readTiers(value: unknown, problems: string[]): PriceTier[] {
  if (!Array.isArray(value) || value.length > TIERS_MAX) {
    problems.push(`.tiers must be a list of at most ${TIERS_MAX} tiers.`);
    return [];
  }
  let previous = -1;
  return value.map((tier: unknown, index) => {
    const path = `.tiers[${index}]`;
    const { aboveInputTokens, kinds } = readTier(tier, path, problems);
    if (aboveInputTokens <= previous)
      problems.push(`${path}.aboveInputTokens must be larger than that of the tier before.`);
    previous = aboveInputTokens;
    return { aboveInputTokens, ...kinds };
  });
}

function readTier(tier: unknown, path: string, problems: string[]): { aboveInputTokens: number; kinds: KindPrices } {
  if (!isObject(tier)) {
    problems.push(`${path} must be an object.`);
    return { aboveInputTokens: 0, kinds: {} };
  }
  const above = tier['aboveInputTokens'];
  const isWhole = typeof above === 'number' && Number.isSafeInteger(above) && above >= 0 && above <= INPUT_TOKENS_MAX;
  if (!isWhole) problems.push(`${path}.aboveInputTokens must be a whole number from 0 to ${INPUT_TOKENS_MAX}.`);
  for (const name of Object.keys(tier))
    if (name !== 'aboveInputTokens' && !isKind(name)) problems.push(`${path}.${name} is no price kind of a tier.`);
  return { aboveInputTokens: isWhole ? above : 0, kinds: readKinds(tier, path, problems) };
}

function isKind(name: string): boolean {
  return name === 'perToolCall' || (PRICE_KINDS as readonly string[]).includes(name);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
