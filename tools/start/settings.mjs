// @ts-check
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../bootstrap/bootstrap.mjs';
import { PlainFailure } from '../bootstrap/plain-failure.mjs';

const PLATFORM = join(ROOT, 'dist', 'node_modules', '@tokenbay', 'platform');
/** Stand-ins for what the embedded mode provides later, so that all other variables can be judged before anything starts. */
const DATABASE_LATER = 'postgres://127.0.0.1/later';

/**
 * Where the house will listen. Reads every variable with the applications' own reader and throws all problems together.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<import('./ports.mjs').Listener[]>}
 */
export async function readListeners(env) {
  const { VARIABLES } = await importPlatform('config/variables.js');
  const { readConfig } = await importPlatform('config/read-config.js');
  if (env['DATABASE_URL'] && !env['SECRETS_KEY']) {
    throw new PlainFailure(
      'SECRETS_KEY is required with DATABASE_URL: 32 random bytes in base64 (make one with: openssl rand -base64 32).',
    );
  }
  const { secretsKey, ...others } = VARIABLES;
  try {
    const config = readConfig(env['SECRETS_KEY'] ? VARIABLES : others, {
      ...env,
      DATABASE_URL: env['DATABASE_URL'] || DATABASE_LATER,
    });
    /** @type {import('./ports.mjs').Listener[]} */
    const listeners = [
      { name: 'GATEWAY', host: config.gatewayHost, port: config.gatewayPort },
      { name: 'ADMIN', host: config.adminHost, port: config.adminPort },
      { name: 'METRICS', host: config.metricsHost, port: config.metricsPort },
    ];
    return listeners.filter(({ port }) => port !== 0);
  } catch (error) {
    if (Object(error).name === 'ConfigError') throw new PlainFailure(Object(error).message);
    throw error;
  }
}

/** A new secret in the house's own form. @param {'adm-' | 'sk-'} prefix @returns {Promise<string>} */
export async function generateSecret(prefix) {
  return (await importPlatform('crypto/secret.js')).generateSecret(prefix);
}

/** Single files instead of the library's door: the start must not load a database driver to read a port. @param {string} file */
function importPlatform(file) {
  return import(pathToFileURL(join(PLATFORM, file)).href);
}
