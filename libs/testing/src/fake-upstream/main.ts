import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { createFakeUpstream } from './server.js';

const { values } = parseArgs({
  options: { port: { type: 'string' }, log: { type: 'string' }, 'log-size': { type: 'string' } },
});
const { server, log } = createFakeUpstream({
  ...(values.log === undefined ? {} : { logFile: values.log }),
  ...(values['log-size'] === undefined ? {} : { logSizeMax: Number(values['log-size']) }),
});

async function stop(): Promise<void> {
  server.close();
  server.closeAllConnections();
  await log.flush();
  process.exit(0);
}

process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => void stop());
process.on('disconnect', () => void stop());
server.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
server.listen(Number(values.port ?? process.env['PORT'] ?? 0), '127.0.0.1', () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
});
