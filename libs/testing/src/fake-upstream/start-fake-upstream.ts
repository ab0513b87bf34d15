import { startProgram, type Program } from '../processes/start-program.js';
import { builtFile } from '../processes/workspace.js';
import type { LoggedRequest } from './request-log.js';

const START_TIMEOUT_MS = 15_000;
const MAIN = builtFile('node_modules/@tokenbay/testing/fake-upstream/main.js');

/** How many requests and connections the fake upstream has seen. */
export interface FakeUpstreamStats {
  connections: { open: number; total: number };
  requests: number;
  inFlight: number;
}

/** A running fake upstream, as tests see it. */
export class FakeUpstreamClient {
  private marked = 0;

  constructor(
    private readonly program: Program,
    readonly port: number,
  ) {}

  /** What a channel's `baseUrl` is set to. */
  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}/v1`;
  }

  /** Where the providers whose paths begin otherwise are: `/v1beta` Gemini, `/api/v3` Ark, `/api/v1` DashScope. */
  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.program.pid;
  }

  /** The requests since the last `mark` (or ever), oldest first. */
  async requests(): Promise<LoggedRequest[]> {
    const { entries } = (await this.control('GET', `/__log?since=${this.marked}`)) as { entries: LoggedRequest[] };
    return entries;
  }

  /** From now on `requests` answers only what comes in later. */
  async mark(): Promise<void> {
    this.marked = (await this.stats()).requests;
  }

  /** Makes an upstream model name behave so until told otherwise; '' ends it. */
  async behave(model: string, directives: string): Promise<void> {
    await this.control('PUT', `/__behaviour?model=${encodeURIComponent(model)}`, directives);
  }

  /** Forgets all requests and orders. */
  async reset(): Promise<void> {
    await this.control('DELETE', '/__log');
  }

  async stats(): Promise<FakeUpstreamStats> {
    return (await this.control('GET', '/__stats')) as FakeUpstreamStats;
  }

  signal(name: NodeJS.Signals): void {
    this.program.signal(name);
  }

  async stop(): Promise<void> {
    await this.program.stop();
  }

  private async control(method: string, path: string, body?: string): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`, {
      method,
      ...(body === undefined ? {} : { body }),
    });
    if (!response.ok) throw new Error(`fake upstream: ${await response.text()}`);
    return response.json();
  }
}

/** Starts a fake upstream in its own process; `logFile` gets a line for every request. */
export async function startFakeUpstream(
  options: { logFile?: string; port?: number } = {},
): Promise<FakeUpstreamClient> {
  const args = ['--port', String(options.port ?? 0), ...(options.logFile ? ['--log', options.logFile] : [])];
  const program = startProgram('fake upstream', { file: MAIN, args });
  const port = () => /^\{"port":(\d+)\}$/m.exec(program.output)?.[1];
  await program.waitUntil(() => port() !== undefined, START_TIMEOUT_MS);
  return new FakeUpstreamClient(program, Number(port()));
}
