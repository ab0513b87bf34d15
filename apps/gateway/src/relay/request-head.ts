import type { SentSecret } from '@tokenbay/keys';
import type { RateDecision } from '@tokenbay/limits';
import type { ClientAddress } from '@tokenbay/platform';
import type { OccupiedSeats } from './occupied-seats.js';

/** What is known of a request before its body is read. */
export interface RequestHead {
  readonly address: ClientAddress;
  /** True for what asks without submitting anything: it is refused first under overload. */
  readonly isRead: boolean;
  /** True where it was asked already whether there is room for it. */
  readonly hasRoom: boolean;
  /** Finds the one credential; throws where there is none or two differ. */
  readonly readCredential: () => string;
  /** What its connection keeps of the credential before. */
  readonly lastSecret: SentSecret;
  /** True where the request takes a unit of the account's rate. */
  readonly countsForAccountRate: boolean;
  /** Told what is left of the account's rate, also where that refuses the request. */
  readonly onAccountRate: (decision: RateDecision) => void;
  /** Told what is left of a token limit, also where that refuses the request. */
  readonly onTokenRate: (decision: RateDecision) => void;
  /** Given the seats that the request takes among those that may run at the same time. */
  readonly onSeats: (seats: OccupiedSeats) => void;
}
