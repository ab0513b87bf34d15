import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AdminClient } from './admin-client.mjs';
import { DataFolder } from './data-folder.mjs';
import { DemoSetup } from './demo.mjs';
import type { Processes } from './processes.mjs';

type Row = Record<string, unknown> & { id?: string };

/** An admin API that remembers what it was told; `failsAt` breaks it off there. */
class FakeAdmin {
  readonly rows: Record<string, Row[]> = { accounts: [], models: [], channels: [], 'api-keys': [] };
  readonly calls: string[] = [];
  failsAt = '';

  async call(method: string, path: string, body: Row = {}): Promise<unknown> {
    const [noun = '', id, part] = path.replace(/\?.*/, '').slice(1).split('/');
    const rows = this.rows[noun] ?? [];
    if (method === 'GET') return { data: rows };
    this.calls.push(`${method} ${path}`);
    if (path === this.failsAt) throw new Error('broken off');
    if (method === 'PATCH') return Object.assign(rows.find((row) => row.id === id) ?? {}, body);
    if (part) return {};
    const row = { id: String(rows.length + 1), ...body };
    rows.push(row);
    return { ...row, ...(noun === 'api-keys' && { key: `sk-${row.id}` }) };
  }

  async findOrCreate(path: string, body: Row, isIt: (row: Row) => boolean): Promise<unknown> {
    return this.rows[path.slice(1)]?.find(isIt) ?? this.call('POST', path, body);
  }
}

describe('the demo', () => {
  let folder: DataFolder;
  let admin: FakeAdmin;
  let port: number;
  const upstream = {
    start: () => ({}),
    readFirstLine: async () => JSON.stringify({ port }),
  } as unknown as Processes;

  beforeEach(() => {
    folder = new DataFolder(mkdtempSync(join(tmpdir(), 'tokenbay-demo-')));
    admin = new FakeAdmin();
    port = 4001;
  });
  afterEach(() => rmSync(folder.path, { recursive: true }));

  const bringUp = (database = 'embedded') =>
    new DemoSetup({ folder, admin: admin as unknown as AdminClient, processes: upstream, database }).bringUp();

  it('is seeded once, and the same at every later start', async () => {
    const demo = { demoKey: 'sk-1', demoModel: 'demo-chat' };
    expect(await bringUp()).toEqual(demo);
    const { length } = admin.calls;
    expect(await bringUp()).toEqual(demo);
    expect(admin.calls).toHaveLength(length);
  });

  it('follows its upstream to another port', async () => {
    await bringUp();
    port = 4002;
    await bringUp();
    expect(admin.rows['channels']).toMatchObject([{ baseUrl: 'http://127.0.0.1:4002/v1', keys: [{ weight: 1 }] }]);
  });

  it('leaves a channel alone that was given another address', async () => {
    await bringUp();
    Object.assign(admin.rows['channels']?.[0] ?? {}, { baseUrl: 'https://api.example.com/v1' });
    port = 4002;
    await bringUp();
    expect(admin.rows['channels']).toMatchObject([{ baseUrl: 'https://api.example.com/v1' }]);
  });

  it.each(['/channels', '/accounts', '/accounts/1/points', '/api-keys'])(
    'is completed when seeding was broken off at %s, nothing twice',
    async (path) => {
      admin.failsAt = path;
      await expect(bringUp()).rejects.toThrow('broken off');
      admin.failsAt = '';
      port = 4002;
      expect(await bringUp()).toEqual({ demoKey: 'sk-1', demoModel: 'demo-chat' });
      for (const rows of Object.values(admin.rows)) expect(rows).toHaveLength(1);
      expect(admin.rows['channels']).toMatchObject([{ baseUrl: 'http://127.0.0.1:4002/v1' }]);
    },
  );

  it('is not put into a database that has accounts of its own, nor believed to be in another one', async () => {
    await bringUp();
    expect(await bringUp('db.example.com/other')).toBeUndefined();
  });
});
