import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { LOGGER, type Logger } from '@tokenbay/platform';
import { GATEWAY_CONFIG, type GatewayConfig } from '../../gateway.config.js';
import { RequestMetrics } from '../request-metrics.js';
import { ResourceGauge, type Shedding } from './gauge.js';
import { LagControl } from './lag-control.js';
import { ResourceMeter } from './resource-meter.js';

const TICK_MS = 20;
const MEASURE_EVERY_TICKS = 25;
/** Short bursts of work are what a CPU is for: this much of each half second's figure counts. */
const CPU_SMOOTHING = 0.2;
/** A wait for the ledger is as bad as a lateness of the event loop of this part of it: what queues there queues for the same CPU or disk. */
const LEDGER_PATIENCE = 20;
const RETRY_SECONDS = { lag: 1, cpu: 2, memory: 5, disk: 30 };

type Cause = keyof typeof RETRY_SECONDS;

/** Made once: a refusal under overload must cost next to nothing, and says nothing of the figures. */
const REFUSALS = Object.fromEntries(
  Object.entries(RETRY_SECONDS).map(([cause, retryAfterSeconds]) => [
    cause,
    new DomainError('system_overloaded', cause, { retryAfterSeconds }),
  ]),
) as Record<Cause, DomainError>;

/** Every refusal that there is under overload. */
export const OVERLOAD_REFUSALS: readonly DomainError[] = Object.values(REFUSALS);

/**
 * Refuses requests before the process, its container or its disk is exhausted: reads before submissions, since whoever polls asks again
 * anyway. What is refused is decided in the background; a request costs one comparison. The CPU threshold 0 switches off lateness too.
 */
@Injectable()
export class LoadShedder implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly gauges: Record<Exclude<Cause, 'lag'>, ResourceGauge>;
  private readonly meter: ResourceMeter;
  private readonly lag = new LagControl(TICK_MS);
  private readonly watchesLag: boolean;
  private isLate = false;
  private shed: { what: Shedding; cause: Cause } = { what: 'nothing', cause: 'lag' };
  private timer: NodeJS.Timeout | undefined;
  private dueAtMs = 0;
  private ticks = 0;
  private cpuPercent = 0;

  constructor(
    @Inject(GATEWAY_CONFIG) config: GatewayConfig,
    private readonly metrics: RequestMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.gauges = {
      cpu: new ResourceGauge(config.overloadCpuPercent),
      memory: new ResourceGauge(config.overloadMemoryPercent),
      disk: new ResourceGauge(config.overloadDiskPercent),
    };
    this.watchesLag = config.overloadCpuPercent > 0;
    this.meter = new ResourceMeter(config.workers);
  }

  /** True while any request is refused. */
  get isShedding(): boolean {
    return this.isLate || this.shed.what !== 'nothing';
  }

  /** The refusal of the next request, one of `OVERLOAD_REFUSALS`; undefined where there is room for it. Asked once for each. */
  refuseNext(isRead: boolean): DomainError | undefined {
    const { what, cause } = this.shed;
    if (what === 'all' || (what === 'reads' && isRead)) return REFUSALS[cause];
    return this.isLate && (isRead || this.lag.refusesNext(performance.now())) ? REFUSALS.lag : undefined;
  }

  /** Throws `system_overloaded` where a request has to be refused now. */
  assertRoom(isRead: boolean): void {
    const refusal = this.refuseNext(isRead);
    if (refusal) throw refusal;
  }

  onApplicationBootstrap(): void {
    this.dueAtMs = performance.now() + TICK_MS;
    this.timer = setInterval(() => this.tick(), TICK_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private tick(): void {
    const nowMs = performance.now();
    if (this.watchesLag) {
      const { reserveWaits, requestsInFlight: inFlight, requestsTaken: taken } = this.metrics;
      const lateMs = Math.max(nowMs - this.dueAtMs, 0);
      const ledgerMs = reserveWaits.take() / LEDGER_PATIENCE;
      this.lag.tick({ lateMs: Math.max(lateMs, ledgerMs), ticks: 1 + lateMs / TICK_MS, inFlight, taken });
      this.noteLateness();
    }
    this.dueAtMs = nowMs + TICK_MS;
    if (++this.ticks % MEASURE_EVERY_TICKS === 0) this.measure();
  }

  private noteLateness(): void {
    const isLate = this.lag.isLimiting;
    if (isLate === this.isLate) return;
    this.isLate = isLate;
    if (isLate) this.logger.warn({ cause: 'lag' }, 'overloaded: some requests are refused');
    else this.logger.info({ cause: 'lag' }, 'no longer overloaded');
  }

  private measure(): void {
    const { cpu, memory, disk } = this.meter.measure();
    this.cpuPercent += (cpu - this.cpuPercent) * CPU_SMOOTHING;
    const readings = [
      { cause: 'cpu', what: this.gauges.cpu.read(this.cpuPercent) },
      { cause: 'memory', what: this.gauges.memory.read(memory) },
      { cause: 'disk', what: this.gauges.disk.read(disk) },
    ] as const;
    const shed = readings.find(({ what }) => what === 'all') ?? readings.find(({ what }) => what === 'reads');
    const next = shed ?? ({ what: 'nothing', cause: 'lag' } as const);
    if (next.what !== this.shed.what) this.announce(next);
    this.shed = next;
  }

  private announce({ what, cause }: { what: Shedding; cause: Cause }): void {
    if (what === 'nothing') this.logger.info('no longer overloaded');
    else this.logger.warn({ cause, refused: what }, 'overloaded: requests are refused');
  }
}
