import { CidrSet } from '../address/cidr-set.js';
import { HostAllowList } from '../address/host-allow-list.js';
import { SecretsKey } from '../crypto/secrets-key.js';
import * as parse from './parse-values.js';
import type { Variable } from './variable.js';

function withDefault<T>(fallback: string, variable: Variable<T>): Variable<T> {
  return { ...variable, default: fallback, required: false };
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

function readCidrs(text: string): CidrSet {
  try {
    return CidrSet.parse(parse.list(text));
  } catch {
    throw new Error('must list CIDRs like 10.0.0.0/8');
  }
}

/** Every variable the house knows. An application picks the ones it reads; the README's table is made from this list. */
export const VARIABLES = {
  databaseUrl: required(
    'DATABASE_URL',
    parse.postgresUrl,
    'Postgres 15 or later, as postgres://user:password@host:port/name',
  ),
  redisUrl: optional('REDIS_URL', parse.redisUrl, 'shares rate limits over several machines, as redis://host:6379'),
  gatewayHost: withDefault('127.0.0.1', required('GATEWAY_HOST', parse.host, 'address the gateway listens on')),
  gatewayPort: withDefault('3000', required('GATEWAY_PORT', parse.port, 'port the gateway listens on')),
  gatewayWorkers: withDefault(
    '1',
    required('GATEWAY_WORKERS', parse.integerBetween(1, 64), 'gateway processes sharing the port'),
  ),
  gatewayDrainDelayMs: withDefault(
    '2000',
    required(
      'GATEWAY_DRAIN_DELAY_MS',
      parse.integerBetween(0, 60_000),
      'how long a gateway that is told to stop says that it is not ready, and still answers, in milliseconds',
    ),
  ),
  adminHost: withDefault('127.0.0.1', required('ADMIN_HOST', parse.host, 'address the admin API listens on')),
  adminPort: withDefault('3001', required('ADMIN_PORT', parse.port, 'port the admin API listens on')),
  adminToken: optional(
    'ADMIN_TOKEN',
    parse.adminToken,
    "the owner's token, installed at start; unset on an empty database: one is generated and printed once",
  ),
  metricsHost: withDefault('127.0.0.1', required('METRICS_HOST', parse.host, 'address of the Prometheus metrics')),
  metricsPort: withDefault(
    '9464',
    required('METRICS_PORT', parse.portOrOff, 'port of the Prometheus metrics; 0 switches them off'),
  ),
  secretsKey: required(
    'SECRETS_KEY',
    readSecretsKey,
    '32 random bytes in base64; encrypts upstream secrets and peppers key hashes',
  ),
  trustedProxies: withDefault('', required('TRUSTED_PROXIES', readCidrs, 'CIDRs whose X-Forwarded-For is believed')),
  corsOrigins: withDefault('', required('CORS_ORIGINS', parse.origins, 'browser origins allowed on the gateway')),
  bodyBytesMax: withDefault(
    '33554432',
    required('BODY_BYTES_MAX', parse.integerBetween(1024, 1_073_741_824), 'largest request body, decoded, in bytes'),
  ),
  requestsPerMinutePerIp: withDefault(
    '6000',
    required(
      'REQUESTS_PER_MINUTE_PER_IP',
      parse.integerBetween(0, 100_000),
      'requests per minute from one address; 0 switches the limit off',
    ),
  ),
  overloadCpuPercent: withDefault(
    '95',
    required(
      'OVERLOAD_CPU_PERCENT',
      parse.percent,
      'shed load above this share of the CPU that the process may use; 0 switches the check off',
    ),
  ),
  overloadMemoryPercent: withDefault(
    '95',
    required(
      'OVERLOAD_MEMORY_PERCENT',
      parse.percent,
      'shed load above this share of the memory that the process may use; 0 switches the check off',
    ),
  ),
  overloadDiskPercent: withDefault(
    '97',
    required(
      'OVERLOAD_DISK_PERCENT',
      parse.percent,
      'shed load above this share of the disk of the working folder; 0 switches the check off',
    ),
  ),
  contentProxyAllow: withDefault(
    '',
    required(
      'CONTENT_PROXY_ALLOW',
      (text) => HostAllowList.parse(parse.list(text)),
      'host:port pairs that results and webhooks may lead to although not public, also over plain http',
    ),
  ),
  usageRetentionMonths: withDefault(
    '0',
    required(
      'USAGE_RETENTION_MONTHS',
      parse.monthsKept,
      'whole months, at least 2, that tasks and requests of the usage log are kept; 0 keeps them for ever',
    ),
  ),
  logLevel: withDefault(
    'info',
    required(
      'LOG_LEVEL',
      parse.oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
      'lowest level that is logged',
    ),
  ),
} as const;
