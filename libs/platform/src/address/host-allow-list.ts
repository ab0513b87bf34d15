const ENTRY = /^(\[[0-9a-f:.]+\]|[^\s:/@?#*[\]\\]+):\d{1,5}$/i;

/** The hosts, each with its port, that may be fetched although they are not public, and without TLS. */
export class HostAllowList {
  static readonly EMPTY = new HostAllowList(new Set());

  private constructor(private readonly hosts: ReadonlySet<string>) {}

  /** Reads `host:port` pairs; throws an Error that names the ones that are none, ending the sentence "NAME …". */
  static parse(texts: readonly string[]): HostAllowList {
    const wrong = texts.filter((text) => !ENTRY.test(text) || !URL.canParse(`http://${text}/`));
    if (wrong.length > 0)
      throw new Error(`must list host:port pairs like 10.0.0.5:9000 or [fd00::5]:9000; not one: ${wrong.join(', ')}`);
    return new HostAllowList(new Set(texts.map((text) => hostOf(new URL(`http://${text}/`)))));
  }

  /** Whether the URL leads to one of them. Names are compared as written, whatever they resolve to. */
  has(url: URL): boolean {
    return this.hosts.has(hostOf(url));
  }
}

function hostOf({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`;
}
