// @ts-check

/** A failure whose message is the whole story: it is printed as it stands, without a stack, and the command exits with 1. */
export class PlainFailure extends Error {}

/**
 * Runs a command's main function; a failure ends the process with 1 and, when it is a {@link PlainFailure}, one clear sentence.
 *
 * @param {() => Promise<void>} main
 */
export async function runCommand(main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof PlainFailure ? error.message : error);
    process.exit(1);
  }
}
