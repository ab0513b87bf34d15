import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataFolder } from './data-folder.mjs';

describe('the data folder', () => {
  let parent: string;
  beforeEach(() => (parent = mkdtempSync(join(tmpdir(), 'tokenbay-data-'))));
  afterEach(() => rmSync(parent, { recursive: true }));

  it('is made where it is missing, and free again once it was closed', () => {
    const folder = new DataFolder(join(parent, 'a', 'b'));
    folder.open();
    folder.close();
    folder.open();
  });

  it('says in one sentence that it cannot be written', () => {
    writeFileSync(join(parent, 'file'), '');
    expect(() => new DataFolder(join(parent, 'file')).open()).toThrow(
      /^The folder .*file cannot be written \(EEXIST\)/,
    );
  });

  it('belongs to one run at a time, and to nobody when that run is dead', async () => {
    const script = join(parent, 'start.mjs');
    writeFileSync(script, 'setInterval(() => {}, 1000)');
    const other = spawn(process.execPath, [script]);
    await once(other, 'spawn');
    writeFileSync(join(parent, 'start.lock'), String(other.pid));
    const folder = new DataFolder(parent);
    expect(() => folder.open()).toThrow(`already runs on ${parent} (process ${other.pid}): stop it first.`);
    other.kill('SIGKILL');
    await once(other, 'exit');
    folder.open();
    expect(readFileSync(join(parent, 'start.lock'), 'utf8')).toBe(String(process.pid));
  });

  it('keeps files readable by their owner only, even where one lay open before', () => {
    const folder = new DataFolder(parent);
    expect(folder.read('secrets.json')).toEqual({});
    writeFileSync(join(parent, 'secrets.json'), '{}', { mode: 0o644 });
    folder.write('secrets.json', { a: 1 });
    expect(folder.read('secrets.json')).toEqual({ a: 1 });
    expect(statSync(join(parent, 'secrets.json')).mode & 0o777).toBe(0o600);
  });
});
