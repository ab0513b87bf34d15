import { createServer, type Server } from 'node:http';

/** Where metrics are offered, and what is answered. */
export interface MetricsOffer {
  readonly host: string;
  readonly port: number;
  readonly contentType: string;
  /** The metrics of this moment in Prometheus's text format. */
  readonly read: () => Promise<string>;
}

/** Listens for whoever scrapes the metrics, on a port of their own; rejects where it is in use. The function that is answered ends it. */
export async function serveMetrics({ host, port, contentType, read }: MetricsOffer): Promise<() => void> {
  const server: Server = createServer((request, response) => {
    if (request.url !== '/metrics' || request.method !== 'GET') {
      response.writeHead(404).end();
      return;
    }
    read().then(
      (text) => response.writeHead(200, { 'content-type': contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  return () => {
    server.close();
    server.closeAllConnections();
  };
}
