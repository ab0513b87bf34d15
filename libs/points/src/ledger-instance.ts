import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger, uuidv7 } from '@tokenbay/platform';
import { type HoldId, LedgerRepository } from './ledger.repository.js';

/** This process as the ledger knows it, until it stops or is declared dead. Knows which of its holds are in use. */
export class Registration {
  readonly inUse = new Set<number>();
  private last = 0;

  constructor(readonly id: string) {}

  /** The identity of a hold to be taken: numbers are never used twice. */
  nextHold(): HoldId {
    this.last += 1;
    this.inUse.add(this.last);
    return { ownerId: this.id, holdNo: this.last };
  }
}

/**
 * Keeps this process registered with the ledger. It registers when first asked; whoever was declared dead registers anew under another
 * id, so that what it held before can never be mistaken for what it holds now.
 */
@Injectable()
export class LedgerInstance {
  private registration: Registration | undefined;
  private registering: Promise<Registration> | undefined;

  constructor(
    private readonly ledger: LedgerRepository,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** The present registration, or undefined where there is none. */
  get current(): Registration | undefined {
    return this.registration;
  }

  /** Registers where there is no registration; many callers at once cause one statement. */
  register(): Promise<Registration> {
    if (this.registration) return Promise.resolve(this.registration);
    this.registering ??= this.begin().finally(() => (this.registering = undefined));
    return this.registering;
  }

  /** Forgets a registration that the ledger has ended. */
  forget(registration: Registration): void {
    if (this.registration !== registration) return;
    this.registration = undefined;
    this.logger.warn({ instance: registration.id }, 'this process was declared dead by the ledger and begins anew');
  }

  /** Takes note that a hold is no longer in use, whether or not the ledger still has it. */
  drop({ ownerId, holdNo }: HoldId): void {
    if (this.registration?.id === ownerId) this.registration.inUse.delete(holdNo);
  }

  /** Ends the registration and gives back everything it holds. */
  async stop(): Promise<void> {
    const registration = this.registration;
    if (!registration) return;
    this.registration = undefined;
    const points = await this.ledger.stop(registration.id);
    this.logger.info({ instance: registration.id, points }, 'the ledger has this process stopped');
  }

  private async begin(): Promise<Registration> {
    const registration = new Registration(uuidv7());
    await this.ledger.register(registration.id);
    this.registration = registration;
    return registration;
  }
}
