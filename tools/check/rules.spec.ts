import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { FLOOR_CLEAN, FLOOR_OFFENCES, IMPORT_CLEAN, IMPORT_OFFENCES, MANNER_OFFENCES } from './offences.js';

const ROOT = join(import.meta.dirname, '..', '..');
const TIMEOUT_MS = 60_000;
const BIN = join(ROOT, 'node_modules', '.bin');
const env = {
  ...process.env,
  PATH: `${BIN}${delimiter}${process.env['PATH'] ?? ''}`,
  NX_DAEMON: 'false',
  NO_COLOR: '1',
};

interface Finding {
  rule: string;
  message: string;
}

describe('the linter', () => {
  const offences = [...FLOOR_OFFENCES, ...MANNER_OFFENCES];
  const findings = new Map<string, Finding[]>();

  beforeAll(async () => {
    await run('nx', ['show', 'projects']); // the floor rule reads the graph of projects that nx leaves in its cache
    const snippets = [...offences, ...FLOOR_CLEAN].map(([guarantee, path, code]) => ({ guarantee, path, code }));
    const found = JSON.parse(
      await run('node', ['tools/check/lint-snippets.mjs'], JSON.stringify(snippets)),
    ) as Finding[][];
    for (const [index, { guarantee }] of snippets.entries()) findings.set(guarantee, found[index] ?? []);
  }, TIMEOUT_MS);

  it.each(offences)('refuses %s', (guarantee, _path, _code, rule) => {
    expect(findings.get(guarantee)?.map((finding) => finding.rule)).toContain(rule);
  });

  it.each(FLOOR_CLEAN)('lets pass %s', (guarantee) => {
    expect(findings.get(guarantee)).toEqual([]);
  });

  it('knows exactly one floor for every project, so that none may import what it likes', () => {
    const projects = ['apps', 'libs'].flatMap((parent) =>
      readdirSync(join(ROOT, parent)).map((name) => join(ROOT, parent, name, 'project.json')),
    );
    for (const project of projects.filter((file) => existsSync(file))) {
      expect(JSON.parse(readFileSync(project, 'utf8'))).toMatchObject({
        tags: [expect.stringMatching(/^floor:(kernel|provider|platform|domain|schema|testing|app-gateway|app-admin)$/)],
      });
    }
  });
});

describe('dependency-cruiser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tokenbay-rules-'));
  const found: { rule: string; from: string }[] = [];

  beforeAll(async () => {
    plantTree(folder);
    const args = ['--config', join(ROOT, '.dependency-cruiser.cjs'), '--output-type', 'json', 'apps', 'libs'];
    const report = JSON.parse(await run('depcruise', args, '', folder)) as {
      summary: { violations: { from: string; rule: { name: string } }[] };
    };
    for (const { rule, from } of report.summary.violations) found.push({ rule: rule.name, from });
  }, TIMEOUT_MS);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(IMPORT_OFFENCES)('refuses %s', (_guarantee, path, _code, rule) => {
    expect(found).toContainEqual({ rule, from: path });
  });

  it('lets everything else pass', () => {
    const offenders = IMPORT_OFFENCES.map(([, path]) => path);
    const ends = ['libs/keys/src/hen.ts', 'libs/keys/src/night.ts'];
    expect(found.filter(({ from }) => !offenders.includes(from) && !ends.includes(from))).toEqual([]);
  });
});

/** A house in small: the doors, a few packages, and the files of the tables. */
function plantTree(folder: string): void {
  const plant = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const paths = readFileSync(join(ROOT, 'tsconfig.base.json'), 'utf8');
  plant('tsconfig.base.json', paths);
  for (const door of Object.values(
    (JSON.parse(paths) as { compilerOptions: { paths: Record<string, string[]> } }).compilerOptions.paths,
  )) {
    plant(door[0]!, 'export const thing = 1;\n');
  }
  const versions = (...names: string[]) => Object.fromEntries(names.map((name) => [name, '1.0.0']));
  plant(
    'package.json',
    JSON.stringify({ dependencies: versions('typeorm'), devDependencies: versions('undici', 'fast-check') }),
  );
  for (const name of ['undici', 'typeorm', 'fast-check', 'stranger']) {
    plant(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
    plant(`node_modules/${name}/index.js`, 'exports.thing = 1;\n');
  }
  for (const [path, code] of IMPORT_CLEAN) plant(path, code);
  for (const [, path, code] of IMPORT_OFFENCES) plant(path, code);
}

/** Answers what a program wrote, whatever its exit code: finding something is what it is run for. */
function run(program: string, args: string[], input = '', cwd = ROOT): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { cwd, env, maxBuffer: 32 << 20 }, (error, stdout, stderr) => {
      if (stdout) resolve(stdout);
      else reject(error ?? new Error(stderr));
    });
    child.stdin?.end(input);
  });
}
