import { randomBytes } from 'node:crypto';
import {
  AdminClient,
  builtFile,
  type ClonedDatabase,
  cloneDatabase,
  findFreePort,
  type Program,
  startProgram,
} from '@tokenbay/testing';

const READY_TIMEOUT_MS = 30_000;

/** The admin application alone, in a process of its own on a database of its own. */
export interface RunningAdmin {
  readonly program: Program;
  readonly database: ClonedDatabase;
  readonly url: string;
  readonly port: number;
  readonly secretsKey: string;
  /** Calls with the owner's token. */
  readonly client: AdminClient;
  stop(): Promise<void>;
}

/** What a start can be told; `env` is added to what every start has, and an empty token means that none is set. */
export interface StartOptions {
  readonly env?: Record<string, string>;
  readonly token?: string;
  readonly database?: ClonedDatabase;
  readonly secretsKey?: string;
  readonly nodeArgs?: string[];
}

/** A token for tests that is not generated, as an operator may choose one. */
export const OWNER_TOKEN = 'adm-chosen-by-the-operator-0123456789';

/** Starts the built admin application; resolves when it says that it is ready. */
export async function startAdmin(options: StartOptions = {}): Promise<RunningAdmin> {
  const database = options.database ?? (await cloneDatabase({ empty: true }));
  const port = await findFreePort();
  const token = options.token ?? OWNER_TOKEN;
  const secretsKey = options.secretsKey ?? randomBytes(32).toString('base64');
  const env = { DATABASE_URL: database.url, SECRETS_KEY: secretsKey, ADMIN_PORT: String(port), ADMIN_TOKEN: token };
  const program = startProgram('admin', {
    file: builtFile('apps/admin/main.js'),
    env: { ...env, ...options.env },
    nodeArgs: options.nodeArgs ?? [],
  });
  const url = `http://127.0.0.1:${port}`;
  const isReady = () =>
    fetch(`${url}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  await program.waitUntil(isReady, READY_TIMEOUT_MS);
  return {
    program,
    database,
    url,
    port,
    secretsKey,
    client: new AdminClient(url, token),
    stop: async () => {
      await program.stop();
      if (!options.database) await database.drop();
    },
  };
}
