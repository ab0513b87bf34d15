import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger, uuidv7 } from '@tokenbay/platform';
import { LedgerRepository } from './ledger.repository.js';
import { LedgerTimes } from './ledger-times.js';
import { Registration } from './escrow.js';

/**
 * Keeps this process registered with the ledger. It registers when first asked; whoever was declared dead registers anew under another
 * id, so that what it held before can never be mistaken for what it holds now.
 */
@Injectable()
export class LedgerInstance {
  private registration: Registration | undefined;
  private registering: Promise<Registration> | undefined;
  private leasedUntilMs = -Infinity;

  constructor(
    private readonly ledger: LedgerRepository,
    private readonly times: LedgerTimes,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** The present registration, or undefined where there is none. */
  get current(): Registration | undefined {
    return this.registration;
  }

  /** False where this process may have been declared dead without knowing: then it must not lend from memory. */
  isLeased(nowMs: number): boolean {
    return nowMs < this.leasedUntilMs;
  }

  /** Registers where there is no registration; many callers at once cause one statement. */
  register(): Promise<Registration> {
    if (this.registration) return Promise.resolve(this.registration);
    this.registering ??= this.begin().finally(() => (this.registering = undefined));
    return this.registering;
  }

  /** Prolongs the lease; false where the registration was ended meanwhile. */
  async beat(registration: Registration): Promise<boolean> {
    const sentAtMs = performance.now();
    const lives = await this.ledger.heartbeat(registration.id);
    if (lives === 0) return false;
    registration.livesMax = lives;
    this.leasedUntilMs = sentAtMs + this.times.leaseMs;
    return true;
  }

  /** Forgets a registration that the ledger has ended. */
  forget(registration: Registration): void {
    if (this.registration !== registration) return;
    this.registration = undefined;
    this.logger.warn({ instance: registration.id }, 'this process was declared dead by the ledger and begins anew');
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
    const sentAtMs = performance.now();
    await this.ledger.register(registration.id);
    this.leasedUntilMs = sentAtMs + this.times.leaseMs;
    this.registration = registration;
    return registration;
  }
}
