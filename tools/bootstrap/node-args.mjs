// @ts-check
/**
 * How the applications are run. A request leaves tens of kilobytes behind, nearly all of it dead when it is answered: with V8's ordinary
 * young generation (up to 16 MiB a half) much of that is copied once or twice first, which took a tenth to a third of all CPU time. Larger
 * halves cost up to 128 MiB and are filled only under load. Nothing is born old: where V8 sees that nearly all objects of one place outlive
 * a collection, as they do while hundreds of requests wait for one commit, it allocates them in the old generation from then on, and these,
 * dead but not yet found dead, keep young what they point to: a fifth of all memory was copied twice, which made up a sixth of the CPU time.
 */
export const APPLICATION_NODE_ARGS = [
  '--enable-source-maps',
  '--min-semi-space-size=16',
  '--max-semi-space-size=64',
  '--no-allocation-site-pretenuring',
];
