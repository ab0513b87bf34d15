// @ts-check
'use strict';

const { existsSync, readFileSync, readdirSync } = require('node:fs');

const TESTS = '(\\.spec\\.ts$|^apps/[^/]+/test/|^libs/[^/]+/src/testing/|^libs/testing/)';
const SOCKETS = '^(node:)?(https?|http2|tls|dgram)$';
const DOMAIN = `^libs/(${librariesOf('floor:domain').join('|')})/`;
const SEQUENCED = ['limits', 'points', 'channels', 'usage'];

/** @param {string} tag */
function librariesOf(tag) {
  return readdirSync(`${__dirname}/libs`).filter((name) => {
    const file = `${__dirname}/libs/${name}/project.json`;
    return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).tags.includes(tag);
  });
}

/** @param {string[]} rooms */
const doors = (...rooms) => `^libs/(${rooms.join('|')})/`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or lack a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that leads nowhere hides from every other rule here.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared-packages-only',
      comment: 'What is imported stands in package.json.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'production-packages-only',
      comment: 'What ships does not need a development dependency.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'providers-are-islands',
      comment: 'A provider folder translates one provider; what several need lies directly in libs/providers/src.',
      severity: 'error',
      from: { path: '^libs/providers/src/([^/]+)/' },
      to: { path: '^libs/providers/src/[^/]+/', pathNot: '^libs/providers/src/$1/' },
    },
    {
      name: 'surfaces-are-islands',
      comment: 'A surface speaks one dialect; what several need lies directly in apps/gateway/src/surfaces.',
      severity: 'error',
      from: { path: '^apps/gateway/src/surfaces/([^/]+)/' },
      to: { path: '^apps/gateway/src/surfaces/[^/]+/', pathNot: '^apps/gateway/src/surfaces/$1/' },
    },
    {
      name: 'rooms-are-islands',
      comment: 'A domain library never imports another; a spec may use another room through its testing door.',
      severity: 'error',
      from: { path: DOMAIN },
      to: { path: DOMAIN, pathNot: ['^libs/$1/', '^libs/[^/]+/src/testing/index\\.ts$'] },
    },
    {
      name: 'doors-only',
      comment: 'A library is entered by its index, or by its testing index.',
      severity: 'error',
      from: { path: '^(apps|libs)/([^/]+)/' },
      to: { path: '^libs/[^/]+/', pathNot: ['^$1/$2/', '^libs/[^/]+/src/(testing/)?index\\.ts$'] },
    },
    {
      name: 'typeorm-behind-repositories',
      comment: 'TypeORM is known to entities, repositories, modules, the schema and the platform.',
      severity: 'error',
      from: {
        path: '^(apps|libs)/',
        pathNot: [TESTS, '\\.(entity|repository|module)\\.ts$', '^libs/(schema|platform)/'],
      },
      to: { path: '(^|/)node_modules/typeorm/' },
    },
    {
      name: 'connections-in-upstream',
      comment: 'Only apps/gateway/src/upstream opens connections; health listens for whoever scrapes the metrics.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: [TESTS, '^apps/gateway/src/(upstream|health)/'] },
      to: { path: ['(^|/)node_modules/(undici|ws)/', SOCKETS], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'raw-sockets-in-upstream',
      comment:
        'The platform uses node:net to tell addresses apart (the linter holds it to those functions); nobody else needs it.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: [TESTS, '^apps/gateway/src/(upstream|health)/', '^libs/platform/'] },
      to: { path: '^(node:)?net$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'health-listens-only',
      comment: 'The metrics listener needs node:http, not a client.',
      severity: 'error',
      from: { path: '^apps/gateway/src/health/', pathNot: TESTS },
      to: { path: ['(^|/)node_modules/(undici|ws)/'] },
    },
    {
      name: 'only-relay-sequences',
      comment: 'The order of limits, points, channels and usage is decided in relay/ and nowhere else.',
      severity: 'error',
      from: {
        path: '^apps/gateway/src/',
        pathNot: [
          TESTS,
          '\\.module\\.ts$',
          '^apps/gateway/src/main\\.ts$',
          '^apps/gateway/src/(relay|tasks|surfaces/account)/',
        ],
      },
      to: { path: doors(...SEQUENCED), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'tasks-choose-channels-only',
      comment:
        'A task chooses a channel and has its points in its own room; limits, points and usage are not its own to order.',
      severity: 'error',
      from: { path: '^apps/gateway/src/tasks/', pathNot: TESTS },
      to: { path: doors('limits', 'points', 'usage'), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'account-surface-only-shows',
      comment: 'The account surface shows balances and receipts; it neither limits nor chooses.',
      severity: 'error',
      from: { path: '^apps/gateway/src/surfaces/account/', pathNot: TESTS },
      to: { path: doors('limits', 'channels'), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'production-without-testing',
      comment: 'What ships imports neither the testing floor, nor a testing door, nor a spec.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: TESTS },
      to: { path: TESTS },
    },
    {
      name: 'no-drawers',
      comment: 'A file or folder is named for its subject.',
      severity: 'error',
      from: {},
      to: { path: '^(apps|libs)/.*/(utils?|helpers?|common|misc)(/|\\.ts$)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.data|\\.nx|coverage|fixtures)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.cjs', '.js', '.d.ts'],
    },
  },
};
