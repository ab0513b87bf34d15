import type { Escrow } from '../escrow.js';
import type { TestLedger } from './open-ledger.js';

/** As many requests in the last second as make any account busy. */
const REQUESTS = 50;

/** Makes the hold that serves a key so busy that it is lent points ahead, as if it had just served many requests for `need` each. */
export async function makeBusy(
  { instance }: TestLedger,
  key: { readonly accountId: string; readonly apiKeyId: string; readonly budgeted: boolean },
  need: number,
): Promise<Escrow> {
  const registration = await instance.register();
  const escrow = registration.escrowFor({ ...key, requestId: '', least: 0, need: 0 }, performance.now());
  for (let n = 0; n < REQUESTS; n += 1) escrow.demand.note(need, performance.now());
  return escrow;
}
