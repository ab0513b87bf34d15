import { DomainError } from '@tokenbay/errors';
import type { References } from '@tokenbay/platform';
import type { ChannelEntity } from './channel.entity.js';
import type { ChannelColumns } from './channels.repository.js';
import { factsOf, type Provider } from './provider.js';
import { readBaseUrl } from './read-base-url.js';

/** A secret of the provider's, in clear only on its way in. */
export interface ChannelKeyDraft {
  readonly value: string;
  readonly weight?: number;
  readonly enabled?: boolean;
}

/** What may change about a channel; what is absent stays, null clears. */
export interface ChannelChange {
  readonly name?: string;
  readonly provider?: Provider;
  /** Another one demands `keys` in the same change, so that nobody can have old secrets sent to a new address. */
  readonly baseUrl?: string;
  /** Replaces every key; only together with `baseUrl`. */
  readonly keys?: readonly ChannelKeyDraft[];
  /** Merged into what is there; null takes a model out. */
  readonly models?: Readonly<Record<string, string | null>>;
  readonly groups?: string[];
  readonly priority?: number;
  readonly weight?: number;
  readonly enabled?: boolean;
  /** Time limits in milliseconds, see `timeLimitsOf`; null for the default. */
  readonly connectTimeoutMs?: number | null;
  readonly firstByteTimeoutMs?: number | null;
  readonly idleTimeoutMs?: number | null;
  readonly totalTimeoutMs?: number | null;
  /** How long a task may run, in milliseconds; null for the default. */
  readonly taskTimeoutMs?: number | null;
  readonly concurrencyMax?: number | null;
}

/** A new channel: at the provider's own address, open to the group `default`, priority 0, weight 1 and enabled unless said otherwise. */
export interface ChannelDraft extends ChannelChange {
  readonly name: string;
  readonly provider: Provider;
}

/** The columns that a change sets, with `models` merged into those known. */
export function toColumns(
  { models, ...columns }: Omit<ChannelChange, 'keys' | 'baseUrl'>,
  known?: ChannelEntity,
): Partial<ChannelColumns> {
  if (models === undefined) return { ...columns };
  const merged = Object.entries({ ...known?.models, ...models }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  return { ...columns, models: Object.fromEntries(merged) };
}

/** The models and groups that a change names. */
export function referencesOf({ models = {}, groups = [] }: Pick<ChannelChange, 'models' | 'groups'>): References[] {
  const added = Object.entries(models).filter(([, upstreamName]) => upstreamName !== null);
  return [
    {
      ...{ table: 'model', column: 'name', noun: 'model' },
      named: added.map(([name]) => [`models[${JSON.stringify(name)}]`, name]),
    },
    {
      ...{ table: 'account_group', column: 'name', noun: 'group' },
      named: groups.map((name, index) => [`groups[${index}]`, name]),
    },
  ];
}

/** The provider's own address where none is given. Throws `invalid_request`, also where it has none. */
export function toBaseUrl(text: string | undefined, provider: Provider): string {
  const own = factsOf(provider).baseUrl;
  if (text === undefined) return own ?? refuseAbsence(provider);
  const reading = readBaseUrl(text, provider);
  if ('problem' in reading) throw invalid('baseUrl', reading.problem);
  return reading.baseUrl;
}

/** Throws `invalid_request` where the address would change under the keys, or keys are replaced without it. */
export function assertKeysComeWithBaseUrl(
  channel: ChannelEntity,
  baseUrl: string | undefined,
  keys: readonly ChannelKeyDraft[] | undefined,
): void {
  if (baseUrl !== undefined && baseUrl !== channel.baseUrl && !keys?.length)
    throw invalid('keys', ' are required again, at least one, when baseUrl changes.');
  if (baseUrl === undefined && keys) throw invalid('keys', ' can only be replaced together with baseUrl.');
}

/** A refusal that names the field at fault. */
export function invalid(field: string, problem: string, cause?: unknown): DomainError {
  const sentence = field + problem;
  return new DomainError('invalid_request', sentence, { message: sentence, param: field, problems: [sentence], cause });
}

function refuseAbsence(provider: Provider): never {
  throw invalid('baseUrl', ` is required: ${provider} has no address of its own.`);
}
