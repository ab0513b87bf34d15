import { Injectable } from '@nestjs/common';

/** How often the usage log is kept in order, in milliseconds, and how much of it is kept. Tests bring shorter ones. */
@Injectable()
export class UsageTimes {
  /** The pause before further charges are added to the sums. */
  rollUpMs = 1_000;
  /** How often partitions are prepared, and when to try again where that failed. */
  prepareMs = 6 * 3_600_000;
  againMs = 60_000;
  /** How often one looks for months that need not be kept. */
  retireMs = 3_600_000;
  /** Whole months that requests are kept; 0 keeps them for ever. */
  retentionMonths = 0;
}
