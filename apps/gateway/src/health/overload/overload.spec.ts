import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Cgroup } from './cgroup.js';
import { ResourceGauge } from './gauge.js';
import { LagControl } from './lag-control.js';

describe('what the kernel says of the container', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tokenbay-cgroup-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  function cgroupOf(name: string, files: Record<string, string>): Cgroup {
    for (const [path, text] of Object.entries(files)) {
      const file = join(folder, name, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    return new Cgroup({ mount: join(folder, name, 'fs'), membership: join(folder, name, 'self') });
  }

  it('is read in version 2, the tightest limit of the groups around it first', () => {
    const cgroup = cgroupOf('v2', {
      self: '0::/pod/gateway\n',
      'fs/cgroup.controllers': 'cpu memory\n',
      'fs/pod/gateway/cpu.max': 'max 100000\n',
      'fs/pod/gateway/cpu.stat': 'usage_usec 1000000\n',
      'fs/pod/gateway/memory.max': '2147483648\n',
      'fs/pod/cpu.max': '150000 100000\n',
      'fs/pod/cpu.stat': 'usage_usec 7000000\nuser_usec 1\n',
      'fs/pod/memory.max': '1073741824\n',
      'fs/pod/memory.current': '900000000\n',
      'fs/pod/memory.stat': 'anon 5\ninactive_file 100000000\nfile 3\n',
    });
    expect(cgroup.read()).toEqual({ cpus: 1.5, cpuMs: 7_000, memoryMax: 1_073_741_824, memoryUsed: 800_000_000 });
  });

  it('is read in version 2 from inside a container, where the path leads nowhere', () => {
    const cgroup = cgroupOf('v2-inside', {
      self: '0::/../../docker/abc\n',
      'fs/cgroup.controllers': 'cpu memory\n',
      'fs/cpu.max': '200000 100000\n',
      'fs/cpu.stat': 'usage_usec 5000\n',
      'fs/memory.max': 'max\n',
    });
    expect(cgroup.read()).toEqual({ cpus: 2, cpuMs: 5, memoryMax: undefined, memoryUsed: undefined });
  });

  it('is read in version 1', () => {
    const cgroup = cgroupOf('v1', {
      self: '12:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/\n',
      'fs/cpu/docker/abc/cpu.cfs_quota_us': '50000\n',
      'fs/cpu/docker/abc/cpu.cfs_period_us': '100000\n',
      'fs/cpu/docker/abc/cpuacct.usage': '3000000000\n',
      'fs/cpu/cpu.cfs_quota_us': '-1\n',
      'fs/memory/docker/abc/memory.limit_in_bytes': '536870912\n',
      'fs/memory/docker/abc/memory.usage_in_bytes': '400000000\n',
      'fs/memory/docker/abc/memory.stat': 'total_inactive_file 50000000\n',
      'fs/memory/memory.limit_in_bytes': '9223372036854771712\n',
    });
    expect(cgroup.read()).toEqual({ cpus: 0.5, cpuMs: 3_000, memoryMax: 536_870_912, memoryUsed: 350_000_000 });
  });

  it('is nothing where there are no control groups', () => {
    expect(cgroupOf('none', {}).read()).toEqual({
      cpus: undefined,
      cpuMs: undefined,
      memoryMax: undefined,
      memoryUsed: undefined,
    });
  });
});

describe('a figure and its threshold', () => {
  it('refuse reads first, then everything, and end a little below where they began', () => {
    const gauge = new ResourceGauge(95);
    const seen = [80, 89, 90, 94, 95, 93, 92, 91, 90, 88, 87, 86.9, 89].map((percent) => gauge.read(percent));
    expect(seen).toEqual([
      ...['nothing', 'nothing', 'reads', 'reads', 'all', 'all', 'all', 'reads', 'reads', 'reads', 'reads'],
      ...['nothing', 'nothing'],
    ]);
  });

  it('refuse nothing at all where the threshold is 0', () => {
    expect(new ResourceGauge(0).read(100)).toBe('nothing');
  });
});

describe('an event loop that falls behind', () => {
  const TICK_MS = 20;

  /** A process that is late where it takes more than it can, and of which `offered` requests are asked in a tick. */
  class Process {
    readonly lag = new LagControl(TICK_MS);
    taken = 0;
    private nowMs = 0;

    constructor(private readonly can: number) {}

    /** Runs for so many ticks; answers how many requests it took and refused in the last of them. They come evenly, or all at once. */
    run(
      ticks: number,
      { offered = 0, inFlight = 200, lateMs = -1, isCrowd = false },
    ): { taken: number; refused: number } {
      let last = { taken: 0, refused: 0 };
      for (let tick = 0; tick < ticks; tick += 1) {
        let refused = 0;
        for (let index = 0; index < offered; index += 1)
          if (this.lag.refusesNext(this.nowMs + (isCrowd ? 0 : (index / offered) * TICK_MS))) refused += 1;
        this.nowMs += TICK_MS;
        last = { taken: offered - refused, refused };
        this.taken += last.taken;
        const late = lateMs >= 0 ? lateMs : last.taken > this.can ? 60 : 1;
        this.lag.tick({ lateMs: late, ticks: 1, inFlight, taken: this.taken });
      }
      return last;
    }
  }

  it('takes about as many as it can, and refuses the rest', () => {
    const late = new Process(100);
    late.run(100, { offered: 300 });
    let taken = 0;
    for (let tick = 0; tick < 1_000; tick += 1) taken += late.run(1, { offered: 300 }).taken;
    expect(taken / 1_000).toBeGreaterThan(60);
    expect(taken / 1_000).toBeLessThan(110);
  });

  it('takes no more of a crowd that comes at once than of one that comes evenly', () => {
    const late = new Process(100);
    late.run(200, { offered: 300 });
    expect(late.run(1, { offered: 5_000, isCrowd: true }).taken).toBeLessThan(60);
  });

  it('refuses within a tenth of a second, and nobody any more eight seconds after it is over', () => {
    const late = new Process(100);
    late.run(50, { offered: 90 });
    expect(late.run(1, { offered: 90 }).refused).toBe(0);
    expect(late.run(5, { offered: 300, lateMs: 80 }).refused).toBeGreaterThan(150);
    expect(late.run(400, { offered: 80 }).refused).toBe(0);
    expect(late.lag.isLimiting).toBe(false);
  });

  it('takes requests again where only something else keeps the machine busy', () => {
    const late = new Process(100);
    late.run(50, { offered: 90 });
    expect(late.run(20, { offered: 300, lateMs: 80 }).refused).toBe(300);
    expect(late.run(200, { offered: 1, inFlight: 10, lateMs: 80 }).refused).toBe(0);
    expect(late.lag.isLimiting).toBe(false);
  });

  it('is not what few requests are refused for: they did not cause it', () => {
    const late = new Process(100);
    expect(late.run(100, { offered: 50, inFlight: 10, lateMs: 500 }).refused).toBe(0);
    expect(late.lag.isLimiting).toBe(false);
  });
});
