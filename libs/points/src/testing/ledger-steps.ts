import fc from 'fast-check';

/** The side of its commit on which a statement's connection is cut; or the statement reaches the server twice. */
export type Loss = 'before' | 'after';
export type ReserveFault = Loss | 'twice';

/** What happens to a process as a whole. */
export interface Command {
  readonly do: 'pause' | 'resume' | 'beat' | 'kill' | 'stop' | 'declareDead';
  readonly process: number;
}

/** One thing that happens to an account, its two keys, and the processes that serve them; `hold` picks one of those taken so far. */
export type Step =
  | {
      readonly do: 'reserve';
      readonly process: number;
      readonly budgeted: boolean;
      readonly least: number;
      readonly extra: number;
      readonly fault: ReserveFault | null;
    }
  | {
      readonly do: 'settle';
      readonly hold: number;
      readonly cost: number;
      readonly failed: boolean;
      readonly fault: Loss | null;
      /** Also one that was settled before. */
      readonly again: boolean;
    }
  | { readonly do: 'settleTwice'; readonly hold: number; readonly process: number; readonly cost: number }
  | { readonly do: 'release'; readonly hold: number }
  | {
      readonly do: 'burst';
      readonly process: number;
      readonly budgeted: boolean;
      readonly count: number;
      readonly size: number;
      readonly cost: number;
    }
  | { readonly do: 'credit'; readonly amount: number }
  | { readonly do: 'limit'; readonly quota: number | null; readonly hour: number | null }
  | { readonly do: 'nextHour' }
  | { readonly do: 'reap' }
  | Command;

/** How many processes there are at any time. */
export const PROCESSES = 2;

const process = fc.nat(PROCESSES - 1);
const hold = fc.nat(30);
const amount = fc.integer({ min: 0, max: 60 });
const limit = fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 120 }), fc.integer({ min: 1_000, max: 200_000 }));
const loss = fc.constantFrom<Loss[]>('before', 'after');
const sometimes = fc.nat(4).map((n) => n === 0);
const rarely = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });

function step<T extends object>(weight: number, what: Step['do'], fields: { [Key in keyof T]: fc.Arbitrary<T[Key]> }) {
  return { weight, arbitrary: fc.record({ do: fc.constant(what), ...fields }) as unknown as fc.Arbitrary<Step> };
}

/** Any step, the everyday ones more often. */
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  step(14, 'reserve', {
    ...{ process, budgeted: fc.boolean(), least: amount, extra: amount },
    fault: rarely(fc.constantFrom<ReserveFault[]>('before', 'after', 'twice')),
  }),
  step(14, 'settle', {
    ...{ hold, cost: amount, fault: rarely(loss) },
    ...{ failed: sometimes, again: sometimes },
  }),
  step(3, 'settleTwice', { hold, process, cost: amount }),
  step(2, 'release', { hold }),
  step(2, 'burst', {
    ...{ process, budgeted: fc.boolean(), count: fc.integer({ min: 8, max: 20 }) },
    ...{ size: fc.integer({ min: 1, max: 40 }), cost: amount },
  }),
  step(4, 'credit', { amount: fc.integer({ min: -60, max: 200 }).filter((points) => points !== 0) }),
  step(3, 'limit', { quota: limit, hour: limit }),
  step(2, 'nextHour', {}),
  step(3, 'reap', {}),
  step(3, 'resume', { process }),
  step(4, 'declareDead', { process }),
  ...(['pause', 'beat', 'kill', 'stop'] as const).map((what) => step(1, what, { process })),
);

/** What happens to an account: long enough that processes die while they hold points, and come back. */
export const anySteps = fc.array(anyStep, { minLength: 10, maxLength: 60, size: 'max' });

/** What an account owns at first: little, or so much that points are lent ahead. */
export const anyBalance = fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.constant(1_000_000));
