const swc = { transform: { '^.+\\.ts$': '@swc/jest' }, extensionsToTreatAsEsm: ['.ts'] };
const moduleNameMapper = {
  '^@tokenbay/([^/]+)/testing$': '<rootDir>/libs/$1/src/testing/index.ts',
  '^@tokenbay/([^/]+)$': '<rootDir>/libs/$1/src/index.ts',
  '^(\\.{1,2}/.*)\\.js$': '$1',
};

/** All tests of the house in one run: `*.spec.ts`, `*.db.spec.ts` (a cloned database) and `*.e2e.spec.ts` (whole processes). */
export default {
  ...swc,
  moduleNameMapper,
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  globalSetup: '<rootDir>/tools/test/global-setup.mjs',
  globalTeardown: '<rootDir>/tools/test/global-teardown.mjs',
  testMatch: ['<rootDir>/{apps,libs,tools}/**/*.spec.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.data/'],
  maxWorkers: 2,
  // A busy machine needs time; what a test promises about time it measures itself.
  testTimeout: 60_000,
};
