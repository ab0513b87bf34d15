import { statfs } from 'node:fs/promises';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { Cgroup } from './cgroup.js';

/** How much of what this process may use is used, in percent. */
export interface ResourceUse {
  readonly cpu: number;
  readonly memory: number;
  readonly disk: number;
}

const DISK_EVERY_MS = 10_000;
/** Below this share of the machine it is others who use it, and refusing requests would not help. */
const OWN_PERCENT_MIN = 25;

/** Measures what the process and its container use. One measurement reads a few small files of the kernel. */
export class ResourceMeter {
  private disk = 0;
  private diskAtMs = -Infinity;
  private atMs = performance.now();
  private groupCpuMs: number | undefined;
  private machine = machineTimes();
  private own = process.cpuUsage();

  /** `processes` is how many of our kind share the machine's or the container's limits. */
  constructor(
    private readonly processes: number,
    private readonly cgroup = new Cgroup(),
  ) {
    this.groupCpuMs = this.cgroup.read().cpuMs;
  }

  /** What was used since the last measurement (CPU), and is used now. */
  measure(): ResourceUse {
    const nowMs = performance.now();
    const passedMs = Math.max(1, nowMs - this.atMs);
    this.atMs = nowMs;
    this.measureDisk(nowMs);
    const group = this.cgroup.read();
    const cpu = Math.max(this.cpuOfGroup(group.cpus, group.cpuMs, passedMs), this.cpuOfMachine(passedMs));
    return { cpu, memory: memoryOf(group), disk: this.disk };
  }

  private cpuOfGroup(allowed: number | undefined, cpuMs: number | undefined, passedMs: number): number {
    const before = this.groupCpuMs;
    this.groupCpuMs = cpuMs;
    if (allowed === undefined || cpuMs === undefined || before === undefined) return 0;
    return percentOf(cpuMs - before, passedMs * allowed);
  }

  private cpuOfMachine(passedMs: number): number {
    const { busy, all } = this.machine;
    this.machine = machineTimes();
    const { user, system } = process.cpuUsage(this.own);
    this.own = process.cpuUsage();
    const ownPercent = percentOf(((user + system) / 1000) * this.processes, passedMs * availableParallelism());
    return ownPercent < OWN_PERCENT_MIN ? 0 : percentOf(this.machine.busy - busy, this.machine.all - all);
  }

  /** Of the folder the process works in; seldom, since disks fill slowly and the answer can be late. */
  private measureDisk(nowMs: number): void {
    if (nowMs - this.diskAtMs < DISK_EVERY_MS) return;
    this.diskAtMs = nowMs;
    statfs(process.cwd()).then(
      ({ blocks, bfree, bavail }) => (this.disk = percentOf(blocks - bfree, blocks - bfree + bavail)),
      () => (this.disk = 0),
    );
  }
}

/** The container's where it has a limit, the machine's, and this process's own heap: whichever is fullest. */
function memoryOf({
  memoryMax,
  memoryUsed,
}: {
  memoryMax: number | undefined;
  memoryUsed: number | undefined;
}): number {
  const heap = getHeapStatistics();
  const ofGroup = memoryMax === undefined || memoryUsed === undefined ? 0 : percentOf(memoryUsed, memoryMax);
  return Math.max(
    ofGroup,
    percentOf(totalmem() - freemem(), totalmem()),
    percentOf(heap.used_heap_size, heap.heap_size_limit),
  );
}

function machineTimes(): { busy: number; all: number } {
  let busy = 0;
  let idle = 0;
  for (const { times } of cpus()) {
    busy += times.user + times.nice + times.sys + times.irq;
    idle += times.idle;
  }
  return { busy, all: busy + idle };
}

function percentOf(part: number, whole: number): number {
  return whole > 0 ? Math.max(0, Math.min(100, (part / whole) * 100)) : 0;
}
