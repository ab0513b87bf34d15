import { SecretsKey } from '../crypto/secrets-key.js';
import * as parse from './parse-values.js';
import type { Variable } from './read-config.js';

function withDefault<T>(name: string, fallback: string, read: (text: string) => T, meaning: string): Variable<T> {
  return { name, default: fallback, required: false, parse: read, meaning };
}

function required<T>(name: string, read: (text: string) => T, meaning: string): Variable<T> {
  return { name, required: true, parse: read, meaning };
}

function optional<T>(name: string, read: (text: string) => T, meaning: string): Variable<T | undefined> {
  return { name, required: false, parse: read, meaning };
}

function readSecretsKey(text: string): SecretsKey {
  const key = SecretsKey.parse(text);
  if (!key) throw new Error('must be 32 random bytes in base64 (make one with: openssl rand -base64 32)');
  return key;
}

/** Every variable the house knows. An application picks the ones it reads; the README's table is made from this list. */
export const VARIABLES = {
  databaseUrl: required(
    'DATABASE_URL',
    parse.postgresUrl,
    'Postgres 15 or later, as postgres://user:password@host:port/name',
  ),
  redisUrl: optional('REDIS_URL', parse.redisUrl, 'shared request-rate limits over several machines'),
  gatewayHost: withDefault('GATEWAY_HOST', '127.0.0.1', parse.host, 'address the gateway listens on'),
  gatewayPort: withDefault('GATEWAY_PORT', '3000', parse.port, 'port the gateway listens on'),
  gatewayWorkers: withDefault(
    'GATEWAY_WORKERS',
    '1',
    parse.integerBetween(1, 64),
    'gateway processes sharing the port',
  ),
  adminHost: withDefault('ADMIN_HOST', '127.0.0.1', parse.host, 'address the admin API listens on'),
  adminPort: withDefault('ADMIN_PORT', '3001', parse.port, 'port the admin API listens on'),
  adminToken: optional(
    'ADMIN_TOKEN',
    parse.adminToken,
    "the owner's token, installed at start; unset on an empty database: one is generated and printed once",
  ),
  metricsHost: withDefault('METRICS_HOST', '127.0.0.1', parse.host, 'address of the Prometheus metrics'),
  metricsPort: withDefault(
    'METRICS_PORT',
    '9464',
    parse.portOrOff,
    'port of the Prometheus metrics; 0 switches them off',
  ),
  secretsKey: required(
    'SECRETS_KEY',
    readSecretsKey,
    '32 random bytes in base64; encrypts upstream secrets and peppers key hashes',
  ),
  trustedProxies: withDefault('TRUSTED_PROXIES', '', parse.list, 'CIDRs whose X-Forwarded-For is believed'),
  corsOrigins: withDefault('CORS_ORIGINS', '', parse.origins, 'browser origins allowed on the gateway'),
  bodyBytesMax: withDefault(
    'BODY_BYTES_MAX',
    '33554432',
    parse.integerBetween(1024, 1_073_741_824),
    'largest request body, decoded, in bytes',
  ),
  requestsPerMinutePerIp: withDefault(
    'REQUESTS_PER_MINUTE_PER_IP',
    '6000',
    parse.integerBetween(0, 100_000),
    'requests per minute from one address; 0 switches the limit off',
  ),
  overloadCpuPercent: withDefault(
    'OVERLOAD_CPU_PERCENT',
    '95',
    parse.percent,
    'shed load above this share of the CPU; 0 switches the check off',
  ),
  overloadMemoryPercent: withDefault(
    'OVERLOAD_MEMORY_PERCENT',
    '95',
    parse.percent,
    'shed load above this share of the memory; 0 switches the check off',
  ),
  overloadDiskPercent: withDefault(
    'OVERLOAD_DISK_PERCENT',
    '97',
    parse.percent,
    'shed load above this share of the disk; 0 switches the check off',
  ),
  contentProxyAllow: withDefault(
    'CONTENT_PROXY_ALLOW',
    '',
    parse.list,
    'host:port pairs the content proxy may fetch although they are not public',
  ),
  logLevel: withDefault(
    'LOG_LEVEL',
    'info',
    parse.oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    'lowest level that is logged',
  ),
} as const;
