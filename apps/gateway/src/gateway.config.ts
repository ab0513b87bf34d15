import { type ConfigOf, readConfig, VARIABLES } from '@tokenbay/platform';

/** The variables that the gateway reads. */
const GATEWAY_SPEC = {
  databaseUrl: VARIABLES.databaseUrl,
  secretsKey: VARIABLES.secretsKey,
  host: VARIABLES.gatewayHost,
  port: VARIABLES.gatewayPort,
  workers: VARIABLES.gatewayWorkers,
  drainDelayMs: VARIABLES.gatewayDrainDelayMs,
  redisUrl: VARIABLES.redisUrl,
  metricsHost: VARIABLES.metricsHost,
  metricsPort: VARIABLES.metricsPort,
  trustedProxies: VARIABLES.trustedProxies,
  corsOrigins: VARIABLES.corsOrigins,
  bodyBytesMax: VARIABLES.bodyBytesMax,
  requestsPerMinutePerIp: VARIABLES.requestsPerMinutePerIp,
  overloadCpuPercent: VARIABLES.overloadCpuPercent,
  overloadMemoryPercent: VARIABLES.overloadMemoryPercent,
  overloadDiskPercent: VARIABLES.overloadDiskPercent,
  contentProxyAllow: VARIABLES.contentProxyAllow,
  logLevel: VARIABLES.logLevel,
} as const;

export type GatewayConfig = ConfigOf<typeof GATEWAY_SPEC>;

/** The token by which the gateway's configuration is injected. */
export const GATEWAY_CONFIG = Symbol('GATEWAY_CONFIG');

/** Reads the gateway's configuration. Throws ConfigError with every problem. */
export function readGatewayConfig(env: Readonly<Record<string, string | undefined>>): GatewayConfig {
  return readConfig(GATEWAY_SPEC, env);
}
