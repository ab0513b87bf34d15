export { costInPasses } from './cost/cost-of.js';
export { type LoggedRequest, type ReportedUsage } from './fake-upstream/request-log.js';
export {
  startFakeUpstream,
  type FakeUpstreamClient,
  type FakeUpstreamStats,
} from './fake-upstream/start-fake-upstream.js';
export { cloneDatabase, type ClonedDatabase } from './postgres/clone-database.js';
export { startPostgres, type PostgresOptions, type TestPostgres } from './postgres/start-postgres.js';
export { findFreePort, findFreePorts } from './processes/free-port.js';
export { startProgram, type Program, type ProgramOptions } from './processes/start-program.js';
export { builtFile, WORKSPACE } from './processes/workspace.js';
export { flacBegin, flacFrame, makeFlac } from './recordings/make-flac.js';
export { makeMatroska, matroskaBlock, matroskaElement } from './recordings/make-matroska.js';
export { aacEntry, makeFragmentedMp4, makeMp4, mp4Box, soundEntry, uint32 } from './recordings/make-mp4.js';
export {
  makeOgg,
  OPUS_20_MS,
  OPUS_60_MS,
  oggPage,
  oggPagesOfOne,
  opusHeaders,
  vorbisHeaders,
} from './recordings/make-ogg.js';
export { hasRedis, startRedis, type TestRedis } from './redis/start-redis.js';
export { AdminClient, uniqueName } from './system/admin-client.js';
export type * from './system/admin-objects.js';
export { auditBooks } from './system/audit-books.js';
export { checkLedger, type LedgerExpectations } from './system/check-ledger.js';
export { type World, type WorldOptions } from './system/create-world.js';
export { GatewayClient, type ChatAnswer } from './system/gateway-client.js';
export { type HttpAnswer } from './system/http-answer.js';
export { type GatewayProcess } from './system/start-gateway.js';
export { startSystem, type SystemOptions } from './system/start-system.js';
export { type System } from './system/system.js';
export { untilHolds } from './until-holds.js';
