import { onFreePorts } from '../processes/free-port.js';
import { startProgram, type Program } from '../processes/start-program.js';
import { builtFile } from '../processes/workspace.js';
import { GatewayClient } from './gateway-client.js';

const READY_TIMEOUT_MS = 50_000;

/** A running gateway. */
export interface GatewayProcess {
  program: Program;
  client: GatewayClient;
  metricsUrl: string;
}

/** Starts a built gateway on free ports; resolves when it is ready. */
export function startGateway(env: Record<string, string>): Promise<GatewayProcess> {
  return onFreePorts(2, async ([port, metricsPort]) => {
    const all = { GATEWAY_PORT: String(port), METRICS_PORT: String(metricsPort), ...env };
    const program = startProgram('gateway', { file: builtFile('apps/gateway/main.js'), env: all });
    const client = new GatewayClient(`http://127.0.0.1:${all.GATEWAY_PORT}`);
    await waitUntilReady(program, client.baseUrl);
    return { program, client, metricsUrl: `http://127.0.0.1:${all.METRICS_PORT}/metrics` };
  });
}

/** Resolves when a program says that it is ready; kills it and throws with its output when it does not. */
export async function waitUntilReady(program: Program, url: string): Promise<void> {
  const isReady = () =>
    fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).then(
      (response) => response.ok,
      () => false,
    );
  await program.waitUntil(isReady, READY_TIMEOUT_MS).catch(async (error: unknown) => {
    await program.kill();
    throw error;
  });
}
