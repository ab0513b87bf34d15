/** One side of an equation: micropoints (or a count) by term, signed, as whole numbers of any size. */
export type Side = Readonly<Record<string, string>>;

/**
 * What the audit looks for. account: credits − charges + refunds = available + held · negative: nothing is below zero · charge: no charge is
 * above what was held · duplicate: a request is booked once · budget: a period counts its windows' charges and holds · limit: it counts no
 * more than its limit, unless that was lowered · usage: the sums of a key, in its life and by the hour, are those of its charges · orphan: who holds points lives ·
 * task: a task that runs holds what it says, and one that is over was booked as it says.
 */
export type DifferenceKind =
  'account' | 'negative' | 'charge' | 'duplicate' | 'budget' | 'limit' | 'usage' | 'orphan' | 'task';

/** Two sides that should agree and do not. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** Null only for a key that no longer exists. */
  readonly accountId: string | null;
  readonly apiKeyId: string | null;
  /** The period, the request id, or the hold as owner/number; null where account and key say it all. */
  readonly subject: string | null;
  readonly oneSide: Side;
  readonly otherSide: Side;
}

/** What an audit of everything found. */
export interface AuditReport {
  readonly database: string;
  /** The moment that all of it speaks of. */
  readonly at: Date;
  readonly read: {
    readonly accounts: number;
    readonly charges: number;
    readonly holds: number;
    readonly budgets: number;
  };
  /** How many there are; `differences` has the first thousand of each kind. */
  readonly total: number;
  readonly differences: readonly Difference[];
}

const RELATIONS: Record<DifferenceKind, string> = {
  account: '≠',
  negative: '<',
  charge: 'does not fit into',
  duplicate: '>',
  budget: '≠',
  limit: '>',
  usage: '≠',
  orphan: '>',
  task: '≠',
};

/** A difference as one sentence: whose it is, and both sides with their sums. */
export function describeDifference(difference: Difference): string {
  const { kind, oneSide, otherSide } = difference;
  return `${describeOwner(difference)}: ${describeSide(oneSide)} ${RELATIONS[kind]} ${describeSide(otherSide)}`;
}

/** Whose a difference is: the account first. */
export function describeOwner({ kind, accountId, apiKeyId, subject }: Difference): string {
  const words = [`account ${accountId ?? 'unknown'}`];
  if (apiKeyId !== null) words.push(`key ${apiKeyId}`);
  if (subject !== null) words.push(`${nounOf(kind)} ${subject}`);
  return words.join(', ');
}

/** A side as a sum: its terms, and what they come to where there are several. */
export function describeSide(side: Side): string {
  const terms = Object.entries(side);
  const text = terms
    .map(([name, value], index) => {
      const sign = value.startsWith('-') || (name === 'charges' && value === '0') ? '− ' : '+ ';
      return `${index === 0 && sign === '+ ' ? '' : sign}${name} ${value.replace('-', '')}`;
    })
    .join(' ');
  const sum = terms.reduce((total, [, value]) => total + BigInt(value), 0n);
  return terms.length > 1 ? `${text} = ${sum}` : text;
}

function nounOf(kind: DifferenceKind): string {
  if (kind === 'budget' || kind === 'limit') return 'period';
  if (kind === 'usage') return 'sum of';
  if (kind === 'task') return 'task';
  return kind === 'charge' || kind === 'duplicate' ? 'request' : 'hold';
}
