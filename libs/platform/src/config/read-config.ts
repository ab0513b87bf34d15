import { isMisspelt } from './is-misspelt.js';
import type { Variable } from './variable.js';
import { VARIABLES } from './variables.js';

/** What a configuration consists of: property names and the variable behind each. */
export type ConfigSpec = Readonly<Record<string, Variable<unknown>>>;

/** The values of a spec. A variable without default that is not required may be undefined. */
export type ConfigOf<S extends ConfigSpec> = {
  readonly [K in keyof S]: S[K] extends Variable<infer T> ? T : never;
};

/** The configuration cannot be used; the message lists every problem, one a line, and never a value. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
  }
}

/** Families of names that are ours alone: an unknown member is a misspelling and stops the start. */
const FAMILIES =
  /^(GATEWAY|ADMIN|METRICS|OVERLOAD|CONTENT_PROXY|TRUSTED_PROX[A-Z]*|CORS|BODY_BYTES|REQUESTS_PER|SECRETS)(_|$)/;

/** Reads a configuration from the environment. Throws ConfigError with all problems together: malformed, missing and unknown variables. */
export function readConfig<S extends ConfigSpec>(
  spec: S,
  env: Readonly<Record<string, string | undefined>>,
): ConfigOf<S> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [property, variable] of Object.entries(spec)) {
    const text = env[variable.name] || variable.default;
    if (text === undefined) {
      if (variable.required) problems.push(`${variable.name} is required: ${variable.meaning}`);
      continue;
    }
    try {
      values[property] = variable.parse(text);
    } catch (error) {
      problems.push(`${variable.name} ${(error as Error).message}`);
    }
  }
  const known = new Set<string>(Object.values(VARIABLES).map((variable) => variable.name));
  for (const name of Object.keys(env)) {
    if (known.has(name)) continue;
    const meant = [...known].find((candidate) => !env[candidate] && isMisspelt(name, candidate));
    if (FAMILIES.test(name) || meant)
      problems.push(`${name} is not a variable of TokenBay Gateway${meant ? `; is ${meant} meant?` : ''}`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return values as ConfigOf<S>;
}
