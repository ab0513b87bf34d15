/** Reads are refused so many points before anything else is. */
const READS_EARLIER = 5;
/** So far a figure must fall below where refusing began before it ends. */
const HYSTERESIS = 3;

/** What is refused: nothing, cheap reads that can be repeated, everything. */
export type Shedding = 'nothing' | 'reads' | 'all';

/** Turns one figure into what is refused: from its threshold on everything, a little below it reads, and with hysteresis both ways. */
export class ResourceGauge {
  private areReadsShed = false;
  private isAllShed = false;

  /** A threshold of 0 switches the gauge off. */
  constructor(private readonly threshold: number) {}

  /** What is refused at this figure, given what was refused before it. */
  read(percent: number): Shedding {
    if (this.threshold === 0) return 'nothing';
    const readsFrom = this.threshold - READS_EARLIER;
    this.isAllShed = percent >= this.threshold - (this.isAllShed ? HYSTERESIS : 0);
    this.areReadsShed = percent >= readsFrom - (this.areReadsShed ? HYSTERESIS : 0);
    if (this.isAllShed) return 'all';
    return this.areReadsShed ? 'reads' : 'nothing';
  }
}
