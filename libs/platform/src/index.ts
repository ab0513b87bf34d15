export { CachedRows, type CachedRowsSource } from './change-feed/cached-rows.js';
export { ChangeFeed, type ChangeListener } from './change-feed/change-feed.js';
export { Snapshot, type SnapshotSource } from './change-feed/snapshot.js';
export { Clock, SystemClock } from './clock/clock.js';
export { Roster, type Member } from './collections/roster.js';
export { ConfigError, readConfig, type ConfigOf, type ConfigSpec } from './config/read-config.js';
export type { Variable } from './config/variable.js';
export { VARIABLES } from './config/variables.js';
export { SecretBox } from './crypto/secret-box.js';
export { SecretHasher } from './crypto/secret-hasher.js';
export { generateSecret, isWellFormedSecret, type SecretPrefix } from './crypto/secret.js';
export { SecretsKey } from './crypto/secrets-key.js';
export { APPLICATION_ROLE, asApplicationRole } from './database/application-role.js';
export { ConfigurationEntity } from './database/configuration.entity.js';
export { Database, type DatabaseOptions, type PoolName, type Tx } from './database/database.js';
export { assertReplicated, isTransient, readNow } from './database/doubt.js';
export { assertReferencesExist, type References } from './database/references.js';
export {
  cursorRefusal,
  decodeCursor,
  encodeCursor,
  listPage,
  lockRow,
  toPage,
  type Page,
  type PageRequest,
} from './database/rows.js';
export { isForeignKeyViolation, isUniqueViolation } from './database/violations.js';
export { GatewayJobs, type GatewayJobHandler } from './gateway-jobs/gateway-jobs.js';
export { timeOfUuidv7, uuidv7 } from './ids.js';
export { createLogger, infoWriterOf, LOGGER, type InfoWriter, type Logger } from './logging/logger.js';
export { DurationHistogram, type DurationSeries } from './metrics/duration-histogram.js';
export { MetricsRegistry } from './metrics/metrics-registry.js';
export { PlatformModule, type PlatformOptions } from './platform.module.js';
export { CidrSet } from './address/cidr-set.js';
export { Cidr, parseCidr } from './address/cidr.js';
export { MALFORMED_ADDRESS, parseAddress, type ClientAddress } from './address/client-address.js';
export { HostAllowList } from './address/host-allow-list.js';
export { isPublicAddress } from './address/is-public-address.js';
export {
  addressOfHost,
  findPublicUrlProblem,
  readForeignUrl,
  type ForeignUrlReading,
} from './address/read-foreign-url.js';
export { resolveClientAddress, type AddressEvidence } from './address/resolve-client-address.js';
export { createHttpApp, type HttpAppOptions, type RootModule } from './http/create-http-app.js';
export { DomainExceptionFilter } from './http/domain-exception.filter.js';
export type { ErrorRenderer, RenderedError, RenderedRequest } from './http/error-renderer.js';
export { errorHeaders, toErrorView, type ErrorView } from './http/error-view.js';
export { explainStartFailure } from './http/explain-start-failure.js';
export { HTTP_LIMITS, type HttpLimits } from './http/http-limits.js';
export { runProcess, type RunningProcess, type StopMessage } from './http/run-process.js';
export { toDomainError } from './http/to-domain-error.js';
export { describeError, type ErrorDescription } from './logging/describe-error.js';
