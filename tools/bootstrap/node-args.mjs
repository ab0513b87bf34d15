// @ts-check
/**
 * How the applications are run. A request leaves tens of kilobytes behind, nearly all of it dead when it is answered: with V8's ordinary
 * young generation (up to 16 MiB a half) much of that is copied once or twice first, which took a tenth to a third of all CPU time. Larger
 * halves cost up to 128 MiB and are filled only under load.
 */
export const APPLICATION_NODE_ARGS = ['--enable-source-maps', '--min-semi-space-size=16', '--max-semi-space-size=64'];
