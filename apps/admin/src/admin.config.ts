import { type ConfigOf, VARIABLES } from '@tokenbay/platform';

/** The variables the admin application reads. */
export const ADMIN_CONFIG_SPEC = {
  databaseUrl: VARIABLES.databaseUrl,
  secretsKey: VARIABLES.secretsKey,
  host: VARIABLES.adminHost,
  port: VARIABLES.adminPort,
  adminToken: VARIABLES.adminToken,
  trustedProxies: VARIABLES.trustedProxies,
  contentProxyAllow: VARIABLES.contentProxyAllow,
  usageRetentionMonths: VARIABLES.usageRetentionMonths,
  logLevel: VARIABLES.logLevel,
} as const;

/** The admin application's configuration, read once at start. */
export type AdminConfig = ConfigOf<typeof ADMIN_CONFIG_SPEC>;

/** The token by which the configuration is injected. */
export const ADMIN_CONFIG = Symbol('ADMIN_CONFIG');
