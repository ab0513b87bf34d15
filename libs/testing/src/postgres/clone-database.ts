import { BROKER_VARIABLE } from './database-broker.js';

/** A database for one test file. `drop` removes it at once, connections or not; what is left goes with the run. */
export interface ClonedDatabase {
  url: string;
  drop(): Promise<void>;
}

/** A fresh database with every migration applied (or with nothing in it), copied from a template in some tens of milliseconds. */
export async function cloneDatabase(options: { empty?: boolean } = {}): Promise<ClonedDatabase> {
  const { name, url } = (await ask(options.empty ? '/empty' : '/migrated', 'POST')) as { name: string; url: string };
  return { url, drop: async () => void (await ask(`/database/${name}`, 'DELETE')) };
}

async function ask(path: string, method: string): Promise<unknown> {
  const broker = process.env[BROKER_VARIABLE];
  if (!broker) throw new Error(`${BROKER_VARIABLE} is not set: run the tests through the workspace's jest.config.mjs`);
  const response = await fetch(`${broker}${path}`, { method });
  if (!response.ok) throw new Error(`no test database: ${await response.text()}`);
  return response.json();
}
