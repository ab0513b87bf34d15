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
  const run = (lag: LagControl, ticks: number, lateMs: (part: number) => number, inFlight = 200): void => {
    for (let tick = 0; tick < ticks; tick += 1) lag.tick(lateMs(lag.refusedPart), inFlight);
  };

  it('settles where just so much is refused that it keeps up', () => {
    const lag = new LagControl();
    // Three times what can be served: below two thirds refused it falls ever further behind.
    run(lag, 500, (part) => (part < 0.66 ? 60 : 4));
    expect(lag.refusedPart).toBeGreaterThan(0.5);
    expect(lag.refusedPart).toBeLessThan(1);
    const refused = Array.from({ length: 1_000 }, () => lag.refusesNext()).filter(Boolean).length;
    expect(Math.abs(refused / 1_000 - lag.refusedPart)).toBeLessThan(0.01);
  });

  it('refuses within a tenth of a second, and nobody any more six seconds after it is over', () => {
    const lag = new LagControl();
    run(lag, 5, () => 80);
    expect(lag.refusedPart).toBeGreaterThan(0.3);
    run(lag, 300, () => 0);
    expect(lag.refusedPart).toBe(0);
    expect(lag.refusesNext()).toBe(false);
  });

  it('is not what few requests are refused for: they did not cause it', () => {
    const lag = new LagControl();
    run(lag, 100, () => 500, 10);
    expect(lag.refusedPart).toBe(0);
  });
});
