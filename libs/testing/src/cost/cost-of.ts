const TRIES = 3;

/** Milliseconds of this process's CPU that some work takes: the least of three tries. What else the machine does is not in it. */
async function cpuMsOf(work: () => unknown): Promise<number> {
  let least = Infinity;
  for (let count = 0; count < TRIES; count += 1) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}

/** How often each byte of `bytes` could be looked at, one after the other, in the CPU time that some work takes. */
export async function costInPasses(bytes: Uint8Array, work: () => unknown): Promise<number> {
  const passMs = await cpuMsOf(() => lookAtEach(bytes));
  return (await cpuMsOf(work)) / passMs;
}

function lookAtEach(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 1) sum = (sum + bytes[at]!) | 0;
  return sum;
}
