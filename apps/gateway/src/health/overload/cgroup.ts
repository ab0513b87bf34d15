import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the control groups of this process allow it, and what all processes in them use. */
export interface CgroupReading {
  /** CPUs it may use; undefined where there is no limit. */
  readonly cpus: number | undefined;
  /** CPU time used since the group began, milliseconds; undefined where it is not told. */
  readonly cpuMs: number | undefined;
  /** Bytes it may use; undefined where there is no limit. */
  readonly memoryMax: number | undefined;
  /** Bytes used, without what the kernel can drop at once. */
  readonly memoryUsed: number | undefined;
}

/** Where the kernel shows control groups, and which ones this process is in. */
export interface CgroupRoots {
  readonly mount: string;
  readonly membership: string;
}

const ROOTS: CgroupRoots = { mount: '/sys/fs/cgroup', membership: '/proc/self/cgroup' };
/** Version 1 writes "no limit" as the largest page-aligned number. */
const NO_LIMIT_FROM = 2 ** 60;
const MICROSECONDS = 1_000;
const NANOSECONDS = 1_000_000;

/** Reads the control groups of this process, version 1 or 2, its own and every one around it: the tightest limit holds. */
export class Cgroup {
  private readonly version: 1 | 2;
  private readonly cpuFolders: readonly string[];
  private readonly memoryFolders: readonly string[];

  constructor({ mount, membership }: CgroupRoots = ROOTS) {
    const lines = (readText(membership) ?? '').split('\n').map((line) => line.split(':'));
    const unified = lines.find(([id, controllers]) => id === '0' && controllers === '');
    const hasUnified = readText(join(mount, 'cgroup.controllers')) !== undefined;
    this.version = unified && hasUnified ? 2 : 1;
    if (this.version === 2) {
      this.cpuFolders = this.memoryFolders = foldersUp(mount, unified?.[2]);
      return;
    }
    const pathOf = (controller: string) => lines.find(([, names = '']) => names.split(',').includes(controller))?.[2];
    this.cpuFolders = foldersUp(join(mount, 'cpu'), pathOf('cpu'));
    this.memoryFolders = foldersUp(join(mount, 'memory'), pathOf('memory'));
  }

  /** Limits and use at this moment. */
  read(): CgroupReading {
    return this.version === 2 ? this.readUnified() : this.readLegacy();
  }

  private readUnified(): CgroupReading {
    const cpu = tightest(this.cpuFolders, (folder) => {
      const [quota, period] = (readText(join(folder, 'cpu.max')) ?? '').trim().split(' ');
      return quota === 'max' ? undefined : ratio(quota, period);
    });
    const memory = tightest(this.memoryFolders, (folder) => limitOf(readText(join(folder, 'memory.max'))));
    const usage = fieldOf(readText(join(cpu.folder, 'cpu.stat')), 'usage_usec');
    return {
      cpus: cpu.limit,
      cpuMs: usage === undefined ? undefined : usage / MICROSECONDS,
      memoryMax: memory.limit,
      memoryUsed: usedOf(memory.folder, 'memory.current', 'inactive_file'),
    };
  }

  private readLegacy(): CgroupReading {
    const cpu = tightest(this.cpuFolders, (folder) => {
      const quota = readText(join(folder, 'cpu.cfs_quota_us'));
      return Number(quota) > 0 ? ratio(quota, readText(join(folder, 'cpu.cfs_period_us'))) : undefined;
    });
    const memory = tightest(this.memoryFolders, (folder) => limitOf(readText(join(folder, 'memory.limit_in_bytes'))));
    const usage = Number(readText(join(cpu.folder, 'cpuacct.usage')) ?? NaN);
    return {
      cpus: cpu.limit,
      cpuMs: Number.isNaN(usage) ? undefined : usage / NANOSECONDS,
      memoryMax: memory.limit,
      memoryUsed: usedOf(memory.folder, 'memory.usage_in_bytes', 'total_inactive_file'),
    };
  }
}

/** A group's folder and those around it. In a container the path is often one of the host's, which is not shown: then only the mount is left. */
function foldersUp(mount: string, path = '/'): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..');
  const folders = parts.map((_, index) => join(mount, ...parts.slice(0, parts.length - index)));
  return [...folders, mount];
}

function tightest(
  folders: readonly string[],
  read: (folder: string) => number | undefined,
): { limit: number | undefined; folder: string } {
  let found: { limit: number | undefined; folder: string } = { limit: undefined, folder: folders[0] ?? '' };
  for (const folder of folders) {
    const limit = read(folder);
    if (limit !== undefined && (found.limit === undefined || limit < found.limit)) found = { limit, folder };
  }
  return found;
}

function usedOf(folder: string, file: string, droppable: string): number | undefined {
  const used = Number(readText(join(folder, file)) ?? NaN);
  if (Number.isNaN(used)) return undefined;
  return Math.max(0, used - (fieldOf(readText(join(folder, 'memory.stat')), droppable) ?? 0));
}

function limitOf(text: string | undefined): number | undefined {
  const limit = Number(text ?? NaN);
  return limit < NO_LIMIT_FROM ? limit : undefined;
}

function ratio(quota: string | undefined, period: string | undefined): number | undefined {
  const cpus = Number(quota) / Number(period);
  return cpus > 0 && Number.isFinite(cpus) ? cpus : undefined;
}

function fieldOf(text: string | undefined, name: string): number | undefined {
  const line = text?.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
