import { spawn } from 'node:child_process';

/** Lets go of a guarded process: it may end, or live on, by itself. */
export type Unguard = () => void;

/**
 * Sees to it that a process started by a test never outlives the test, even when the test's own process is killed: a shell that waits for
 * our end of a pipe to close, then interrupts the process, kills it three seconds later, and removes its folder.
 */
export function guard(pid: number, folder = ''): Unguard {
  const script =
    'cat >/dev/null; kill -INT "$1" 2>/dev/null && { sleep 3; kill -KILL "$1" 2>/dev/null; }; [ -n "$2" ] && rm -rf "$2"';
  const guardian = spawn('/bin/sh', ['-c', script, 'guard', String(pid), folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guardian.unref();
  const pipe = guardian.stdin as typeof guardian.stdin & { unref(): void };
  pipe.unref();
  pipe.on('error', () => undefined);
  guardian.on('error', () => undefined);
  return () => void guardian.kill('SIGKILL');
}
