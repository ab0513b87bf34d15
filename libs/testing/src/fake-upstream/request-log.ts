import { createHash } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';

/** The usage object as it went over the wire: whatever was asked for, also nonsense. */
export type ReportedUsage = Record<string, unknown>;

/** One request as the fake upstream saw it and what became of it. */
export interface LoggedRequest {
  /** 1, 2, 3 … since the process started; `since` of a query is compared with it. */
  number: number;
  atMs: number;
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** Eight hex digits that tell upstream keys apart without showing them; null without a key. */
  keyFingerprint: string | null;
  /** The parsed body, or its text when it is not JSON. */
  body: unknown;
  behaviour: string;
  status: number | null;
  /** The `id` in the answer, by which a client's answer is matched with this line. */
  answerId: string | null;
  /** What was written to the client as usage, null if that point was never reached. */
  usage: ReportedUsage | null;
  /** The whole answer was handed to the socket. */
  isComplete: boolean;
  /** The fake upstream itself cut the connection, as it was asked to. */
  isCut: boolean;
  /** The other side closed the connection before the answer was complete. */
  clientLeft: boolean;
  endedAtMs: number | null;
}

/** Which requests came in: the newest in memory for queries, all of them in a JSONL file if one was named. */
export class RequestLog {
  private entries: LoggedRequest[] = [];
  private next = 1;
  private readonly file: WriteStream | undefined;

  constructor(
    private readonly sizeMax: number,
    filePath?: string,
  ) {
    if (filePath) this.file = createWriteStream(filePath, { flags: 'a' });
  }

  get count(): number {
    return this.next - 1;
  }

  /** Opens the line of a request; the caller fills it in while it answers. */
  open(method: string, path: string, headers: IncomingHttpHeaders): LoggedRequest {
    const entry: LoggedRequest = {
      number: this.next++,
      atMs: Date.now(),
      method,
      path,
      headers,
      keyFingerprint: null,
      body: null,
      behaviour: '',
      status: null,
      answerId: null,
      usage: null,
      isComplete: false,
      isCut: false,
      clientLeft: false,
      endedAtMs: null,
    };
    if (this.sizeMax > 0) this.entries.push(entry);
    if (this.entries.length > this.sizeMax * 2) this.entries = this.entries.slice(-this.sizeMax);
    return entry;
  }

  /** Marks a request as over; the file has its line from now on. */
  close(entry: LoggedRequest, isComplete: boolean): void {
    entry.endedAtMs = Date.now();
    entry.isComplete = isComplete;
    entry.clientLeft = !isComplete && !entry.isCut;
    this.file?.write(`${JSON.stringify(masked(entry))}\n`);
  }

  /** The requests after a number, oldest first. */
  since(number: number): LoggedRequest[] {
    return this.entries.filter((entry) => entry.number > number).map(masked);
  }

  clear(): void {
    this.entries = [];
  }

  /** Resolves when every line is in the file. */
  flush(): Promise<void> {
    const { file } = this;
    return file ? new Promise((done) => file.end(() => done())) : Promise.resolve();
  }
}

/** Tells keys apart without showing them; null when there is none. */
function fingerprint(key: string | undefined): string | null {
  return key ? createHash('sha256').update(key).digest('hex').slice(0, 8) : null;
}

function masked(entry: LoggedRequest): LoggedRequest {
  const { authorization, 'x-api-key': apiKey, 'x-goog-api-key': googleKey, ...rest } = entry.headers;
  const headers = {
    ...rest,
    ...(authorization !== undefined && { authorization: authorization.replace(/\S+$/, '***') }),
    ...(apiKey !== undefined && { 'x-api-key': '***' }),
    ...(googleKey !== undefined && { 'x-goog-api-key': '***' }),
  };
  const key = [authorization?.replace(/^Bearer /, ''), apiKey, googleKey].find((value) => typeof value === 'string');
  return { ...entry, headers, keyFingerprint: fingerprint(key) };
}
