import type { CallBound, CompiledPrices } from '@tokenbay/models';
import type { ToolCalls } from '@tokenbay/protocol';

/** How many calls of tools that cost points are let run where the client sets no limit. */
const CALLS_DEFAULT = 8;
/** Of what is held on top, and of the input that is believed, whatever a client allows. */
const ROUNDS_MAX = 1_000;

/** A tool that runs at the provider. */
export interface HostedTool {
  /** Its name in `perToolCall`. */
  readonly name: string;
  /** The name under which answers count its calls; absent where they tell nothing of it, and one call is charged. */
  readonly countedAs?: string | undefined;
}

/** Tools that run at the provider and share one limit of calls. */
export interface ToolPool {
  readonly tools: readonly HostedTool[];
  /**
   * `calls`: the upstream can be held to a limit, and every call is sold. `request`: it cannot, so that one call is sold with a request,
   * however many are made.
   */
  readonly soldBy: 'calls' | 'request';
  /** The client's own limit; absent where it set none. */
  readonly callsMax?: number | undefined;
}

/** A pool with the limit that is sold: what is held for, sent upstream and charged at most. */
export interface SoldPool extends ToolPool {
  /** Infinite only where no call costs anything and the client set no limit. */
  readonly callsMax: number;
  /** True where a lower limit would save points. */
  readonly canBeLowered: boolean;
}

/** What of an answer's calls is charged. */
export interface BilledCalls {
  readonly calls: ToolCalls;
  /** False where more was reported than the upstream was allowed, or what is no count. */
  readonly isPossible: boolean;
}

/** The pools with the limits that are sold: the client's, or 8 where calls cost points. A client's limit is never raised. */
export function sellPools(pools: readonly ToolPool[], prices: CompiledPrices): SoldPool[] {
  return pools.map((pool) => {
    if (pool.soldBy === 'request') return { ...pool, callsMax: 1, canBeLowered: false };
    const canBeLowered = !isFree(pool, prices);
    return { ...pool, callsMax: pool.callsMax ?? (canBeLowered ? CALLS_DEFAULT : Infinity), canBeLowered };
  });
}

/** The pools with at most so many calls in each that can be limited and costs points. */
export function lowerPools(pools: readonly SoldPool[], callsMax: number): SoldPool[] {
  return pools.map((pool) => (pool.canBeLowered && pool.callsMax > callsMax ? { ...pool, callsMax } : pool));
}

/** The largest limit that can be lowered; 1 where none can. */
export function callsMaxOf(pools: readonly SoldPool[]): number {
  const limits = pools.map(({ canBeLowered, callsMax }) => (canBeLowered ? callsMax : 1));
  return Math.max(1, ...limits);
}

/** What the calls may cost at most, for the worst case. */
export function boundCalls(pools: readonly SoldPool[]): CallBound[] {
  return pools.flatMap(({ tools, callsMax }) =>
    Number.isFinite(callsMax) ? [{ tools: tools.map(({ name }) => name), callsMax }] : [],
  );
}

/** How often the model may read its input: once, and once more after each call of a tool that runs meanwhile. */
export function roundsOf(pools: readonly SoldPool[]): number {
  let rounds = 1;
  for (const { soldBy, callsMax } of pools)
    rounds += soldBy === 'calls' && Number.isFinite(callsMax) ? callsMax : CALLS_DEFAULT;
  return Math.min(rounds, ROUNDS_MAX);
}

/** What is charged of the calls that an answer reports: each of them, and none that could not be. */
export function billCalls(pools: readonly SoldPool[], reported: ToolCalls = {}): BilledCalls {
  const left = new Map(Object.entries(reported));
  const calls: Record<string, number> = {};
  let isPossible = true;
  for (const { tools, soldBy, callsMax } of pools) {
    let room = callsMax;
    for (const { name, countedAs } of tools) {
      const count = countedAs === undefined ? 1 : (left.get(countedAs) ?? 0);
      const made = toCount(count);
      const charged = Math.min(made, room);
      room -= charged;
      if (charged > 0) calls[name] = (calls[name] ?? 0) + charged;
      if (countedAs !== undefined) left.set(countedAs, soldBy === 'request' ? 0 : made - charged);
      if (made !== count) isPossible = false;
    }
  }
  const offered = pools.flatMap(({ tools }) => tools.map(({ countedAs }) => countedAs));
  for (const name of offered) if (name !== undefined && (left.get(name) ?? 0) > 0) isPossible = false;
  return { calls, isPossible };
}

function toCount(reported: number): number {
  return Math.min(Math.max(0, Math.ceil(reported) || 0), Number.MAX_SAFE_INTEGER);
}

function isFree({ tools }: ToolPool, { tiers }: CompiledPrices): boolean {
  return tiers.every((tier) => {
    const sheet = tier.sheet('1', null);
    return tools.every(({ name }) => (sheet.tools.get(name)?.numerator ?? 0n) === 0n);
  });
}
