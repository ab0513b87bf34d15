import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import nx from '@nx/eslint-plugin';
import { defineConfig } from 'eslint/config';
import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';

// --- The floors: who may import whom. Each project wears its floor as a tag in project.json; there is no `*` floor. ---

const NEST_HTTP = ['@nestjs/platform-*', 'fastify', 'fastify-*', '@fastify/*'];
const SOCKET_PACKAGES = ['undici', 'ws', 'axios', 'got', 'node-fetch'];

/** @type {Record<string, { mayImport: string[], specsMayImport?: string[], bannedPackages?: string[] }>} */
const FLOORS = {
  kernel: { mayImport: ['kernel'], bannedPackages: ['*'] },
  provider: { mayImport: ['kernel'], bannedPackages: ['@nestjs/*', 'typeorm', ...NEST_HTTP, ...SOCKET_PACKAGES] },
  platform: { mayImport: ['kernel'] },
  domain: { mayImport: ['platform', 'kernel'], bannedPackages: [...NEST_HTTP, ...SOCKET_PACKAGES] },
  schema: { mayImport: ['domain', 'platform'] },
  testing: { mayImport: ['platform', 'kernel'] },
  'app-gateway': { mayImport: ['schema', 'domain', 'platform', 'provider', 'kernel'] },
  'app-admin': { mayImport: ['schema', 'domain', 'platform', 'kernel'], bannedPackages: SOCKET_PACKAGES },
  // The README's table of providers is held to what their adapters offer.
  tools: { mayImport: [], specsMayImport: ['provider'] },
};

const tag = (/** @type {string} */ floor) => `floor:${floor}`;

const PRODUCTION_CONSTRAINTS = Object.entries(FLOORS).map(([floor, { mayImport, bannedPackages = [] }]) => ({
  sourceTag: tag(floor),
  onlyDependOnLibsWithTags: mayImport.map(tag),
  bannedExternalImports: bannedPackages,
}));

/** Specs may also use the testing floor, other rooms' testing doors (dependency-cruiser holds them to those) and any package. */
const TEST_CONSTRAINTS = Object.entries(FLOORS).map(([floor, { mayImport, specsMayImport = [] }]) => ({
  sourceTag: tag(floor),
  onlyDependOnLibsWithTags: [
    ...new Set([...mayImport, ...specsMayImport, 'testing', 'domain', 'schema', 'platform', 'kernel']),
  ].map(tag),
}));

// --- What the boundary rule cannot see: Node's own modules, globals, single names of a package. ---

/** @type {{ name: string, folder: string, tags: string[] }[]} */
const PROJECTS = ['libs', 'apps'].flatMap((parent) =>
  readdirSync(new URL(parent, import.meta.url))
    .map((name) => ({ folder: `${parent}/${name}`, file: new URL(`${parent}/${name}/project.json`, import.meta.url) }))
    .filter(({ file }) => existsSync(file))
    .map(({ folder, file }) => ({ folder, ...JSON.parse(readFileSync(file, 'utf8')) })),
);

const isOn = (/** @type {string[]} */ tags, /** @type {string} */ floor) => tags.includes(tag(floor));

/** Only specs use the testing floor and other rooms' testing doors, so such a circle of projects never ships; dependency-cruiser finds circles of files. */
const TESTING_CIRCLES = PROJECTS.flatMap((from) =>
  PROJECTS.filter(
    (to) =>
      from !== to &&
      (isOn(from.tags, 'testing') ||
        isOn(to.tags, 'testing') ||
        (isOn(from.tags, 'domain') && isOn(to.tags, 'domain'))),
  ).map((to) => [from.name, to.name]),
);

/** @param {object[]} depConstraints @returns {['error', object]} */
const boundaries = (depConstraints) => ['error', { depConstraints, ignoredCircularDependencies: TESTING_CIRCLES }];

const sourcesOf = (/** @type {string[]} */ ...floors) =>
  PROJECTS.filter(({ tags }) => floors.some((floor) => isOn(tags, floor))).map(({ folder }) => `${folder}/src/**/*.ts`);

const TYPED = ['{apps,libs}/**/*.ts'];
const TESTS = ['**/*.spec.ts', 'apps/*/test/**/*.ts', 'libs/*/src/testing/**/*.ts'];

const SOCKET_MODULES = ['http', 'https', 'http2', 'net', 'tls', 'dgram'];
const NO_NODE = {
  regex: `^(node:.*|${builtinModules.join('|')})$`,
  message: 'This floor is pure: no Node modules.',
};
const NO_SOCKETS = {
  regex: `^(node:)?(${SOCKET_MODULES.join('|')})$`,
  message: 'The admin app opens no sockets of its own.',
};
const NO_RAW_SOCKETS = {
  regex: '^(node:)?net$',
  allowImportNames: ['isIP', 'isIPv4', 'isIPv6'],
  message: 'The platform tells addresses apart; it opens no sockets.',
};
const NO_HTTP_EXCEPTIONS = {
  regex: '^@nestjs/common$',
  importNamePattern: '(Exception|HttpStatus)$',
  message: 'A room throws DomainError with a catalogue code.',
};
const NO_FETCH = ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'].map((name) => ({
  name,
  message: 'Connections are opened in apps/gateway/src/upstream.',
}));
const NO_PROCESS = { name: 'process', message: 'This floor is pure: what it needs comes in as an argument.' };

/** @param {object[]} patterns @returns {['error', object]} */
const noImports = (...patterns) => ['error', { patterns }];
/** @param {object[]} globals @returns {['error', object]} */
const noGlobals = (...globals) => ['error', { checkGlobalObject: true, globals }];

// --- Sizes and manners. ---

const syntax = (/** @type {string} */ selector, /** @type {string} */ message) => ({ selector, message });
const NO_DYNAMIC_IMPORT = syntax('ImportExpression', 'This floor is pure: no imports at run time.');
const FEW_PARAMETERS = 'At most three parameters beside the transaction, beyond that one object.';
const FEW_DEPENDENCIES = 'At most six dependencies: look for the second subject.';
const CHECKED = 'Check that it is there; `!` is for a place in a list that was just tested.';
const MANNERS = [
  syntax('ExportDefaultDeclaration', 'No default exports: a thing has one name everywhere.'),
  ...[':function', ':matches(TSMethodSignature, TSFunctionType, TSDeclareFunction, TSEmptyBodyFunctionExpression)'].map(
    (kind) =>
      syntax(
        `${kind}:not(MethodDefinition[kind="constructor"] > *):matches([params.length>4], [params.length>3]:not([params.0.name="tx"]))`,
        FEW_PARAMETERS,
      ),
  ),
  syntax('MethodDefinition[kind="constructor"] > FunctionExpression[params.length>6]', FEW_DEPENDENCIES),
  syntax('TSInterfaceDeclaration[id.name=/^I[A-Z]/]', 'No I-prefix: an interface is named like anything else.'),
  syntax('ClassDeclaration[id.name=/(^Base[A-Z]|Impl$)/]', 'Name it for what it is, not for its place in a hierarchy.'),
  syntax(
    'TSNonNullExpression:not([expression.computed=true], [expression.callee.property.name=/^(at|shift|pop)$/])',
    CHECKED,
  ),
  syntax('TSEnumDeclaration', 'Use a union of strings, or a const object.'),
];
const mannersBut = (/** @type {string[]} */ ...exempt) => MANNERS.filter(({ message }) => !exempt.includes(message));
const HONEST_TESTS = [
  syntax(
    'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(skip|only|todo)$/]',
    'Every test runs.',
  ),
  syntax('CallExpression[callee.name=/^(xit|fit|xtest|xdescribe|fdescribe)$/]', 'Every test runs.'),
];
const PUBLIC_METHOD =
  'MethodDefinition[kind="method"]:not([accessibility=/private|protected/]):not([key.type="PrivateIdentifier"]):not([key.name=/^(on(Module|Application)|beforeApplication)/])';
const EXPORTED_CLASS = 'ExportNamedDeclaration > ClassDeclaration';

/** @param {string[]} contexts @returns {Record<string, ['error', object]>} */
const documented = (...contexts) => ({
  'jsdoc/require-jsdoc': ['error', { require: { FunctionDeclaration: false }, contexts, enableFixer: false }],
  'jsdoc/require-description': ['error', { contexts }],
});

export default defineConfig(
  { ignores: ['**/node_modules/', '**/dist/', '**/.data/', '**/.nx/', '**/coverage/', '**/fixtures/'] },
  {
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' },
  },
  {
    files: ['**/*.{ts,mjs,cjs}'],
    extends: [tseslint.configs.strict],
    plugins: { '@nx': /** @type {any} */ (nx) },
    rules: {
      '@nx/enforce-module-boundaries': boundaries(PRODUCTION_CONSTRAINTS),
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', 70],
      'no-constant-binary-expression': 'error',
      'no-fallthrough': 'error',
      'no-self-compare': 'error',
      'no-template-curly-in-string': 'error',
      'no-unmodified-loop-condition': 'error',
      'no-unsafe-finally': 'error',
      'no-unsafe-optional-chaining': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'], location: 'start' }],
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: TYPED,
    extends: [tseslint.configs.strictTypeCheckedOnly],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off', // takes a getter that was read before for unchanged
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['**/*.ts'],
    plugins: { jsdoc },
    rules: {
      ...documented(EXPORTED_CLASS),
      'no-console': 'error',
      'no-restricted-globals': noGlobals(...NO_FETCH),
      'no-restricted-syntax': ['error', ...MANNERS],
    },
  },
  {
    files: ['**/*.{service,repository}.ts'],
    rules: documented(EXPORTED_CLASS, `${EXPORTED_CLASS} > ClassBody > ${PUBLIC_METHOD}`),
  },
  {
    files: sourcesOf('kernel', 'provider'),
    rules: {
      '@typescript-eslint/no-restricted-imports': noImports(NO_NODE),
      'no-restricted-globals': noGlobals(...NO_FETCH, NO_PROCESS),
      'no-restricted-syntax': ['error', ...MANNERS, NO_DYNAMIC_IMPORT],
    },
  },
  { files: sourcesOf('platform'), rules: { '@typescript-eslint/no-restricted-imports': noImports(NO_RAW_SOCKETS) } },
  { files: sourcesOf('domain'), rules: { '@typescript-eslint/no-restricted-imports': noImports(NO_HTTP_EXCEPTIONS) } },
  { files: sourcesOf('app-admin'), rules: { '@typescript-eslint/no-restricted-imports': noImports(NO_SOCKETS) } },
  {
    files: ['libs/errors/src/**/*catalogue*.ts', '**/wire.ts', 'libs/schema/src/migrations/*.ts'],
    rules: { 'max-lines': 'off', 'max-lines-per-function': 'off' },
  },
  {
    // @nestjs/throttler's storage contract has five parameters.
    files: ['libs/limits/src/*rate-storage.ts'],
    rules: { 'no-restricted-syntax': ['error', ...mannersBut(FEW_PARAMETERS)] },
  },
  {
    files: ['apps/gateway/src/relay/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...mannersBut(FEW_DEPENDENCIES)] },
  },
  { files: TESTS, rules: { '@nx/enforce-module-boundaries': boundaries(TEST_CONSTRAINTS) } },
  {
    files: [...TESTS, 'libs/testing/**/*.ts'],
    rules: {
      '@typescript-eslint/no-base-to-string': 'off',
      '@typescript-eslint/no-restricted-imports': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/use-unknown-in-catch-callback-variable': 'off',
      'jsdoc/require-description': 'off',
      'jsdoc/require-jsdoc': 'off',
      'no-console': 'off',
      'no-restricted-globals': 'off',
      'no-restricted-syntax': ['error', ...mannersBut(FEW_PARAMETERS, CHECKED), ...HONEST_TESTS],
    },
  },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  { files: ['**/*.spec.ts'], rules: { 'max-lines-per-function': 'off', '@typescript-eslint/unbound-method': 'off' } },
);
