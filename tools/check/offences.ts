const FLOOR_RULE = '@nx/enforce-module-boundaries';
const IMPORT_RULE = '@typescript-eslint/no-restricted-imports';
const GLOBAL_RULE = 'no-restricted-globals';
const SYNTAX_RULE = 'no-restricted-syntax';

/** The guarantee, the place of the offence, the offence, and the rule that sees it. */
export type Offence = [guarantee: string, path: string, code: string, rule: string];

const KERNEL = 'libs/protocol/src/x.ts';
const PROVIDER = 'libs/providers/src/openai/x.ts';
const PLATFORM = 'libs/platform/src/x.ts';
const DOMAIN = 'libs/keys/src/x.ts';
const SCHEMA = 'libs/schema/src/x.ts';
const TESTING = 'libs/testing/src/x.ts';
const GATEWAY = 'apps/gateway/src/relay/x.ts';
const ADMIN = 'apps/admin/src/accounts/x.ts';
const TOOL = 'tools/check/x.mjs';

const from = (module: string, name = 'thing') => `import { ${name} } from '${module}';\n${name}();\n`;

/** One per cell of the table of floors. */
export const FLOOR_OFFENCES: Offence[] = [
  ['a kernel library that imports the platform', KERNEL, from('@tokenbay/platform'), FLOOR_RULE],
  ['a kernel library that imports a domain library', KERNEL, from('@tokenbay/points'), FLOOR_RULE],
  ['a kernel library that imports a package', KERNEL, from('ipaddr.js'), FLOOR_RULE],
  ['a kernel library that imports a Node module', KERNEL, from('node:crypto'), IMPORT_RULE],
  ['a kernel library that imports a Node module by its old name', KERNEL, from('fs/promises'), IMPORT_RULE],
  ['a kernel library that imports at run time', KERNEL, `await import('node:fs');\n`, SYNTAX_RULE],
  ['a kernel library that fetches', KERNEL, `await fetch('x');\n`, GLOBAL_RULE],
  ['a kernel library that fetches through globalThis', KERNEL, `await globalThis.fetch('x');\n`, GLOBAL_RULE],
  ['a kernel library that reads the environment', KERNEL, `process.cwd();\n`, GLOBAL_RULE],
  ['a provider that imports the platform', PROVIDER, from('@tokenbay/platform'), FLOOR_RULE],
  ['a provider that imports a domain library', PROVIDER, from('@tokenbay/channels'), FLOOR_RULE],
  ['a provider that imports Nest', PROVIDER, from('@nestjs/common'), FLOOR_RULE],
  ['a provider that imports TypeORM', PROVIDER, from('typeorm'), FLOOR_RULE],
  ['a provider that imports undici', PROVIDER, from('undici'), FLOOR_RULE],
  ['a provider that imports Fastify', PROVIDER, from('fastify'), FLOOR_RULE],
  ['a provider that imports a Node module', PROVIDER, from('node:zlib'), IMPORT_RULE],
  ['a provider that fetches', PROVIDER, `await fetch('x');\n`, GLOBAL_RULE],
  ['a platform that imports a domain library', PLATFORM, from('@tokenbay/keys'), FLOOR_RULE],
  ['a platform that imports the schema', PLATFORM, from('@tokenbay/schema'), FLOOR_RULE],
  ['a platform that opens a raw socket', PLATFORM, from('node:net', 'connect'), IMPORT_RULE],
  ['a domain library that imports another domain library', DOMAIN, from('@tokenbay/accounts'), FLOOR_RULE],
  ['a domain library that imports a provider', DOMAIN, from('@tokenbay/providers'), FLOOR_RULE],
  ['a domain library that imports the schema', DOMAIN, from('@tokenbay/schema'), FLOOR_RULE],
  ['a domain library that imports the testing floor', DOMAIN, from('@tokenbay/testing'), FLOOR_RULE],
  ['a domain library that imports Fastify', DOMAIN, from('fastify'), FLOOR_RULE],
  ["a domain library that imports Nest's Fastify adapter", DOMAIN, from('@nestjs/platform-fastify'), FLOOR_RULE],
  ['a domain library that imports undici', DOMAIN, from('undici'), FLOOR_RULE],
  [
    "a domain library that throws Nest's HTTP exceptions",
    DOMAIN,
    from('@nestjs/common', 'NotFoundException'),
    IMPORT_RULE,
  ],
  ['a domain library that fetches', DOMAIN, `await fetch('x');\n`, GLOBAL_RULE],
  ['a schema that imports a provider', SCHEMA, from('@tokenbay/providers'), FLOOR_RULE],
  ['a schema that imports the kernel', SCHEMA, from('@tokenbay/errors'), FLOOR_RULE],
  ['a testing floor that imports a domain library outside a spec', TESTING, from('@tokenbay/points'), FLOOR_RULE],
  ['a testing floor that imports the schema', TESTING, from('@tokenbay/schema'), FLOOR_RULE],
  ['a gateway that imports the testing floor', GATEWAY, from('@tokenbay/testing'), FLOOR_RULE],
  ['a gateway that fetches', GATEWAY, `await fetch('x');\n`, GLOBAL_RULE],
  ['an admin app that imports a provider', ADMIN, from('@tokenbay/providers'), FLOOR_RULE],
  ['an admin app that imports the testing floor', ADMIN, from('@tokenbay/testing'), FLOOR_RULE],
  ['an admin app that imports undici', ADMIN, from('undici'), FLOOR_RULE],
  ['an admin app that imports node:http', ADMIN, from('node:http'), IMPORT_RULE],
  ['an admin app that imports node:net', ADMIN, from('node:net'), IMPORT_RULE],
  ['an admin app that fetches', ADMIN, `await fetch('x');\n`, GLOBAL_RULE],
  ['a tool that imports a library past its build', TOOL, from('@tokenbay/points'), FLOOR_RULE],
  ["a path into another library's folder", DOMAIN, from('../../platform/src/index.js'), FLOOR_RULE],
  ['a library that imports an app', PLATFORM, from('../../../apps/admin/src/main.js'), FLOOR_RULE],
];

/** What the floors are for: none of these may be refused. */
export const FLOOR_CLEAN: [guarantee: string, path: string, code: string][] = [
  ['a kernel library on the kernel', KERNEL, from('@tokenbay/errors')],
  ['a provider on the kernel', PROVIDER, from('@tokenbay/protocol')],
  ['a platform on the kernel and on packages', PLATFORM, from('@tokenbay/errors') + from('fastify', 'fastify')],
  ['a platform that tells addresses apart', PLATFORM, from('node:net', 'isIPv6')],
  [
    'a domain library on platform, kernel, Nest and TypeORM',
    DOMAIN,
    from('@tokenbay/platform') + from('@nestjs/common', 'Module'),
  ],
  ['a schema on domain and platform', SCHEMA, from('@tokenbay/points') + from('@tokenbay/platform', 'other')],
  ['a testing floor on platform and kernel', TESTING, from('@tokenbay/platform') + from('@tokenbay/errors', 'other')],
  ['a gateway on domain and provider', GATEWAY, from('@tokenbay/points') + from('@tokenbay/providers', 'other')],
  ['an admin app on domain and schema', ADMIN, from('@tokenbay/points') + from('@tokenbay/schema', 'other')],
  ['a spec on the testing floor', 'libs/keys/src/x.db.spec.ts', from('@tokenbay/testing')],
  ["a spec on another room's testing door", 'libs/keys/src/x.db.spec.ts', from('@tokenbay/accounts/testing')],
];

const CALLS = 'call();\n';
const lines = (count: number) => CALLS.repeat(count);

/** Sizes and manners, each broken once. */
export const MANNER_OFFENCES: Offence[] = [
  ['a file of more than 300 lines', PLATFORM, lines(301), 'max-lines'],
  ['a function of more than 70 lines', PLATFORM, `export function long() {\n${lines(69)}}\n`, 'max-lines-per-function'],
  [
    'a fourth parameter',
    PLATFORM,
    `export function wide(a: A, b: B, c: C, d: D) {\n  call(a, b, c, d);\n}\n`,
    SYNTAX_RULE,
  ],
  [
    'a fifth parameter even with a transaction',
    PLATFORM,
    `export const f = (tx: Tx, b: B, c: C, d: D, e: E) => call(tx, b, c, d, e);\n`,
    SYNTAX_RULE,
  ],
  ['a default export', PLATFORM, `export default 1;\n`, SYNTAX_RULE],
  ['a bare assertion that something is there', PLATFORM, `call(thing.name!);\n`, SYNTAX_RULE],
  [
    'an exported class without a sentence',
    PLATFORM,
    `export class Thing {\n  readonly name = 1;\n}\n`,
    'jsdoc/require-jsdoc',
  ],
  [
    'a public service method without a sentence',
    'libs/keys/src/x.service.ts',
    `/** A. */\nexport class Thing {\n  name() {\n    call(this);\n  }\n}\n`,
    'jsdoc/require-jsdoc',
  ],
  ['a note to do it later', PLATFORM, `// ${'TO'}${'DO'}: later\ncall();\n`, 'no-warning-comments'],
  ['a test that does not run', 'libs/keys/src/x.spec.ts', `it.${'skip'}('x', () => undefined);\n`, SYNTAX_RULE],
  ['a comment that switches a rule off', PLATFORM, `// ${'eslint'}-disable-next-line no-console\ncall();\n`, ''],
];

const type = (module: string) => `import type { Thing } from '${module}';\nexport type Own = Thing;\n`;

/** One per sentence below the table of floors. */
export const IMPORT_OFFENCES: Offence[] = [
  ['two files that import each other', 'libs/keys/src/egg.ts', from('./hen.js'), 'no-cycles'],
  ['two files that import each other for types only', 'libs/keys/src/day.ts', type('./night.js'), 'no-cycles'],
  ['an import that leads nowhere', 'libs/keys/src/lost.ts', from('./nowhere.js'), 'no-unresolvable'],
  [
    'a package that package.json does not name',
    'libs/keys/src/stranger.ts',
    from('stranger'),
    'declared-packages-only',
  ],
  ['undici in what ships', 'apps/gateway/src/upstream/undici.ts', from('undici'), 'production-packages-only'],
  ['a development package in what ships', 'libs/keys/src/dev.ts', from('fast-check'), 'production-packages-only'],
  [
    'a provider folder that imports another',
    'libs/providers/src/openai/neighbour.ts',
    from('../anthropic/index.js'),
    'providers-are-islands',
  ],
  [
    'a surface that imports another',
    'apps/gateway/src/surfaces/openai-chat/neighbour.ts',
    from('../models/index.js'),
    'surfaces-are-islands',
  ],
  [
    'a domain library that imports another domain library',
    'libs/keys/src/neighbour.ts',
    from('@tokenbay/accounts'),
    'rooms-are-islands',
  ],
  [
    'a domain library that imports a type of another',
    'libs/keys/src/neighbour-type.ts',
    type('@tokenbay/accounts'),
    'rooms-are-islands',
  ],
  [
    "a spec that takes another room's production door",
    'libs/keys/src/neighbour.spec.ts',
    from('@tokenbay/accounts'),
    'rooms-are-islands',
  ],
  ['a library entered by the window', 'libs/keys/src/window.ts', from('../../platform/src/clock.js'), 'doors-only'],
  ['TypeORM in a service', 'libs/keys/src/keys.service.ts', from('typeorm'), 'typeorm-behind-repositories'],
  ['TypeORM in a controller', 'apps/admin/src/keys/keys.controller.ts', from('typeorm'), 'typeorm-behind-repositories'],
  ['undici outside upstream', 'apps/gateway/src/relay/client.ts', from('undici'), 'connections-in-upstream'],
  [
    'undici outside upstream at run time',
    'apps/gateway/src/relay/late.ts',
    `await import('undici');\n`,
    'connections-in-upstream',
  ],
  ['undici in health', 'apps/gateway/src/health/client.ts', from('undici'), 'health-listens-only'],
  ['node:http outside upstream', 'apps/gateway/src/relay/http.ts', from('node:http'), 'connections-in-upstream'],
  ['https by its old name', 'apps/admin/src/keys/https.ts', from('https'), 'connections-in-upstream'],
  [
    'node:http through process',
    'apps/admin/src/keys/quiet.ts',
    `process.getBuiltinModule('node:http');\n`,
    'connections-in-upstream',
  ],
  ['node:net in a domain library', 'libs/keys/src/net.ts', from('node:net'), 'raw-sockets-in-upstream'],
  ...['limits', 'points', 'channels', 'usage'].map((room): Offence => [
    `a surface that sequences ${room}`,
    `apps/gateway/src/surfaces/openai-chat/${room}.ts`,
    from(`@tokenbay/${room}`),
    'only-relay-sequences',
  ]),
  [
    'upstream that sequences points',
    'apps/gateway/src/upstream/points.ts',
    from('@tokenbay/points'),
    'only-relay-sequences',
  ],
  [
    'a task that moves points by itself',
    'apps/gateway/src/tasks/spend.ts',
    from('@tokenbay/points'),
    'tasks-choose-channels-only',
  ],
  [
    'an account surface that chooses channels',
    'apps/gateway/src/surfaces/account/choose.ts',
    from('@tokenbay/channels'),
    'account-surface-only-shows',
  ],
  [
    'production that imports the testing floor',
    'apps/admin/src/main.ts',
    from('@tokenbay/testing'),
    'production-without-testing',
  ],
  [
    'production that imports a testing door',
    'apps/admin/src/clock.ts',
    from('@tokenbay/platform/testing'),
    'production-without-testing',
  ],
  [
    'production that imports a spec',
    'libs/accounts/src/borrowed.ts',
    from('./own.spec.js'),
    'production-without-testing',
  ],
  ['a drawer called utils', 'libs/accounts/src/opener.ts', from('./utils.js'), 'no-drawers'],
];

/** The rest of that tree: what is imported above, and what nothing may be said against. */
export const IMPORT_CLEAN: [path: string, code: string][] = [
  ['libs/keys/src/hen.ts', from('./egg.js')],
  ['libs/keys/src/night.ts', type('./day.js')],
  ['libs/platform/src/clock.ts', CALLS],
  ['libs/platform/src/testing/index.ts', CALLS],
  ['libs/accounts/src/utils.ts', CALLS],
  [
    'libs/accounts/src/own.spec.ts',
    from('@tokenbay/testing') + from('@tokenbay/platform/testing') + from('fast-check'),
  ],
  ['libs/accounts/src/accounts.repository.ts', from('typeorm') + from('@tokenbay/platform')],
  ['libs/accounts/src/account.entity.ts', from('typeorm')],
  ['libs/accounts/src/accounts.module.ts', from('typeorm') + from('./accounts.repository.js')],
  ['libs/providers/src/shared-wire.ts', CALLS],
  ['libs/providers/src/anthropic/index.ts', from('../shared-wire.js')],
  ['apps/gateway/src/tasks/task-places.ts', from('@tokenbay/channels')],
  ['apps/gateway/src/upstream/pool.ts', from('node:net') + from('node:https') + type('@tokenbay/channels')],
  ['apps/gateway/src/health/metrics-listener.ts', from('node:http')],
  ['apps/gateway/src/surfaces/models/index.ts', from('@tokenbay/models')],
  ['apps/gateway/src/surfaces/account/receipt.ts', from('@tokenbay/points') + from('@tokenbay/usage')],
  [
    'apps/gateway/src/relay/relay.service.ts',
    ['limits', 'points', 'channels', 'usage'].map((room) => from(`@tokenbay/${room}`)).join(''),
  ],
  ['apps/gateway/src/gateway.module.ts', from('@tokenbay/points') + from('@tokenbay/limits')],
  ['apps/gateway/test/fake.ts', from('node:http') + from('undici') + from('@tokenbay/testing')],
];
