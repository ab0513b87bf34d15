import { randomBytes } from 'node:crypto';
import { ConfigError, readConfig } from './read-config.js';
import { VARIABLES } from './variables.js';

const spec = {
  url: VARIABLES.databaseUrl,
  port: VARIABLES.gatewayPort,
  redis: VARIABLES.redisUrl,
  level: VARIABLES.logLevel,
};
const DATABASE_URL = 'postgres://u:p@127.0.0.1:5432/d';

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(spec, env);
  } catch (error) {
    return (error as ConfigError).problems;
  }
  return [];
}

describe('the configuration', () => {
  it('takes defaults where a variable is unset or empty', () => {
    expect(readConfig(spec, { DATABASE_URL, GATEWAY_PORT: '' })).toEqual({
      url: DATABASE_URL,
      port: 3000,
      level: 'info',
    });
  });

  it('names every problem at once, and no value', () => {
    const problems = problemsOf({ GATEWAY_PORT: '70000', LOG_LEVEL: 'loud', REDIS_URL: 'http://secret' });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'DATABASE_URL',
      'GATEWAY_PORT',
      'REDIS_URL',
      'LOG_LEVEL',
    ]);
    expect(problems.join()).not.toMatch(/70000|loud|secret/);
  });

  it('refuses a misspelt variable, and leaves other programs alone', () => {
    expect(problemsOf({ DATABASE_URL, GATEWAY_PROT: '3000' })).toEqual([
      'GATEWAY_PROT is not a variable of TokenBay Gateway; is GATEWAY_PORT meant?',
    ]);
    expect(problemsOf({ DATABASE_URL, TRUSTED_PROXY: 'x' })).toHaveLength(1);
    expect(problemsOf({ DATABASE_URL, LOGLEVEL: 'info' })).toEqual([
      'LOGLEVEL is not a variable of TokenBay Gateway; is LOG_LEVEL meant?',
    ]);
    expect(problemsOf({ DATABASE_URI: 'x' }).join()).toContain('is DATABASE_URL meant?');
    expect(problemsOf({ DATABASE_URL, DATABASE_URI: 'x', TRUST_PROXIES: '' })).toHaveLength(1);
    expect(problemsOf({ DATABASE_URL, PATH: '/bin', REDIS_PASSWORD: 'x', ADMIN_PORT: '3001' })).toEqual([]);
  });

  it('keeps requests for ever unless told for how many months, and never for fewer than two', () => {
    const read = (USAGE_RETENTION_MONTHS: string) =>
      readConfig({ months: VARIABLES.usageRetentionMonths }, { USAGE_RETENTION_MONTHS }).months;
    expect([read(''), read('0'), read('2'), read('13')]).toEqual([0, 0, 2, 13]);
    for (const wrong of ['1', '-1', '1.5', '13 months', '1201']) expect(() => read(wrong)).toThrow(ConfigError);
  });

  it('takes 32 random bytes as secrets key, and no sample', () => {
    const read = (SECRETS_KEY: string) => readConfig({ key: VARIABLES.secretsKey }, { SECRETS_KEY });
    expect(read(randomBytes(32).toString('base64')).key.derive('a')).toHaveLength(32);
    expect(() => read('changeme')).toThrow(ConfigError);
    expect(() => read(Buffer.alloc(32, 7).toString('base64'))).toThrow(ConfigError);
  });
});
