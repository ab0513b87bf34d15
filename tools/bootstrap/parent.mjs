// @ts-check
const POLL_MS = 500;

/**
 * Calls back once when whoever started us is gone without a word: the older Node that continued in us, or npm, when it was killed. A command
 * started by a shell may outlive that shell.
 *
 * @param {() => void} callback
 */
export function onParentLost(callback) {
  if (process.channel) {
    process.once('disconnect', callback);
  } else if (process.env['npm_lifecycle_event']) {
    const parent = process.ppid;
    const timer = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(timer);
      callback();
    }, POLL_MS);
    timer.unref();
  }
}
