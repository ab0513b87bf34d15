import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VARIABLES } from '@tokenbay/platform';
import { parse } from 'yaml';
import { ROOT } from '../bootstrap/bootstrap.mjs';
import { APPLICATION_NODE_ARGS } from '../bootstrap/node-args.mjs';

interface Service {
  environment?: Record<string, string>;
  read_only?: boolean;
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
  tmpfs?: string[];
  ports?: string[];
  command?: string[];
  networks?: string[];
  stop_grace_period?: string;
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
}

const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<'postgres' | 'redis' | 'admin' | 'gateway', Service>;
  networks: Record<string, { internal?: boolean }>;
};
const { postgres, redis, admin, gateway } = compose.services;
const services = Object.entries(compose.services);
const applications = Object.entries({ admin, gateway });

describe('docker-compose.yml', () => {
  it.each(applications)('gives the %s no variable that its configuration reader does not know', (_name, service) => {
    const known = Object.values(VARIABLES).map(({ name }) => name);
    expect(known).toEqual(expect.arrayContaining(Object.keys(service.environment ?? {})));
  });

  it.each(applications)('sets what the %s cannot start without, and no secret by itself', (_name, service) => {
    const required = Object.values(VARIABLES).filter((variable) => variable.required);
    for (const { name } of required) expect(service.environment?.[name]).toMatch(/\$\{\w+:\?[^}]+\}/);
    expect(service.environment?.['ADMIN_TOKEN'] ?? '').toMatch(/^(\$\{ADMIN_TOKEN:-\})?$/);
  });

  it.each(applications)('runs the %s as it is run everywhere', (name, service) => {
    const command = ['node', ...APPLICATION_NODE_ARGS, `dist/apps/${name}/main.js`];
    expect(service.command).toEqual(command);
    if (name === 'gateway')
      expect(read('Dockerfile')).toContain(`CMD ${JSON.stringify(command).replaceAll(',', ', ')}`);
  });

  it.each(services)('hardens %s: nothing to write to, no capabilities, no new privileges', (_name, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      tmpfs: expect.arrayContaining(['/tmp']),
    });
  });

  it('gives capabilities back to the entry point of Postgres only', () => {
    expect(services.filter(([, service]) => service.cap_add).map(([name]) => name)).toEqual(['postgres']);
  });

  it('is reached from this machine only, and keeps Postgres and Redis to itself', () => {
    for (const port of services.flatMap(([, service]) => service.ports ?? [])) expect(port).toMatch(/^127\.0\.0\.1:/);
    expect(compose.networks['data']?.internal).toBe(true);
    for (const service of [postgres, redis]) expect(service).toMatchObject({ networks: ['data'] });
    for (const service of [postgres, redis]) expect(service.ports).toBeUndefined();
  });

  it('asks everything for its health, and starts things in the order of their needs', () => {
    for (const [, service] of services) expect(service.healthcheck?.test[0]).toBe('CMD');
    expect(admin.depends_on).toMatchObject({ postgres: { condition: 'service_healthy' } });
    expect(gateway.depends_on).toMatchObject({
      admin: { condition: 'service_healthy' },
      redis: { condition: 'service_healthy' },
    });
  });

  it.each(applications)('publishes and probes the port on which the %s listens', (name, service) => {
    const port = name === 'admin' ? VARIABLES.adminPort.default : VARIABLES.gatewayPort.default;
    expect(service.ports?.[0]).toMatch(new RegExp(`:${port}$`));
    expect(service.healthcheck?.test.at(-1)).toContain(`http://127.0.0.1:${port}/health/ready`);
    expect(service.environment?.[`${name.toUpperCase()}_HOST`]).toBe('0.0.0.0');
  });

  it.each(applications)('runs a program of the %s that the build makes, with time to drain', (_name, service) => {
    const program = service.command?.at(-1) ?? '';
    expect(existsSync(join(ROOT, program.replace(/^dist\/(.*)\/main\.js$/, '$1/src/main.ts')))).toBe(true);
    expect(Number.parseInt(service.stop_grace_period ?? '', 10)).toBeGreaterThanOrEqual(75);
  });
});

describe('the Dockerfile', () => {
  const lines = read('Dockerfile').split('\n');
  const copied = lines.filter((line) => /^COPY (?!--from)/.test(line)).flatMap((line) => line.split(' ').slice(1, -1));

  it('copies what exists and what the build context holds', () => {
    const admitted = read('.dockerignore').split('\n');
    for (const source of copied) {
      expect([source, existsSync(join(ROOT, source))]).toEqual([source, true]);
      expect(admitted).toContain(`!${source}`);
    }
    expect(admitted[0]).toBe('*');
  });

  it('ends in an image that runs as an ordinary user, says its health, and holds production dependencies only', () => {
    const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
    expect(last).toContain('USER node');
    expect(last.some((line) => line.startsWith('HEALTHCHECK '))).toBe(true);
    expect(last).toContain('COPY --from=dependencies /app/node_modules node_modules');
    expect(lines).toContain('RUN npm ci --omit=dev');
  });
});
