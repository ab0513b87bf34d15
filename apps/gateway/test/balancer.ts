import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

const PROBE_MS = 100;

/** Where connections are passed on to, as long as it says that it is ready. */
interface Target {
  readonly url: URL;
  isReady: boolean;
}

/** A TCP balancer as operators put in front: passes each connection, byte for byte, to the next gateway that says it is ready. */
export class Balancer {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly prober: NodeJS.Timeout;
  private readonly targets: Target[];
  private next = 0;

  private constructor(urls: readonly string[]) {
    this.targets = urls.map((url) => ({ url: new URL(url), isReady: true }));
    this.server = createServer((client) => this.pass(client));
    this.prober = setInterval(() => void this.probe(), PROBE_MS);
  }

  static async start(urls: readonly string[]): Promise<Balancer> {
    const balancer = new Balancer(urls);
    await new Promise<void>((done) => balancer.server.listen(0, '127.0.0.1', done));
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** One more gateway. */
  add(url: string): void {
    this.targets.push({ url: new URL(url), isReady: true });
  }

  stop(): void {
    clearInterval(this.prober);
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private pass(client: Socket): void {
    const ready = this.targets.filter(({ isReady }) => isReady);
    const target = ready[this.next++ % ready.length];
    if (!target) return void client.destroy();
    const gateway = connect(Number(target.url.port), target.url.hostname);
    for (const socket of [client, gateway]) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.once('close', () => this.sockets.delete(socket));
    }
    client.pipe(gateway).on('error', () => client.destroy());
    gateway.pipe(client).on('error', () => gateway.destroy());
  }

  private async probe(): Promise<void> {
    const ask = async (target: Target): Promise<void> => {
      target.isReady = await fetch(new URL('/health/ready', target.url)).then(
        ({ ok }) => ok,
        () => false,
      );
    };
    await Promise.all(this.targets.map(ask));
  }
}
