export { toApplicationUrl } from './application-url.js';
export { assertDatabaseReady, createDataSource, prepareDatabase, runMigrations } from './data-source.js';
export { ENTITIES } from './entities.js';
export { MIGRATIONS } from './migrations.js';
