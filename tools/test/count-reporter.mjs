// @ts-check
/** Tells the process that started Jest how many tests passed and failed; a test file that could not even run counts as one that failed. */
export default class CountReporter {
  /** @param {unknown} _contexts @param {{ numPassedTests: number, numFailedTests: number, numRuntimeErrorTestSuites: number }} results */
  onRunComplete(_contexts, results) {
    process.send?.({
      passed: results.numPassedTests,
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    });
  }
}
