import { startSystem, type System, type World } from '@tokenbay/testing';
import { TaskEnder } from './task-ender.js';
import { WebhookReceiver } from './webhook-receiver.js';

const receiver = new WebhookReceiver();
let system: System;
let tasks: TaskEnder;

beforeAll(async () => {
  await receiver.start();
  const env = { CONTENT_PROXY_ALLOW: receiver.host };
  system = await startSystem({ gateway: env, admin: env });
  tasks = new TaskEnder(system.databaseUrl);
}, 60_000);

afterAll(async () => {
  await tasks.close();
  await system.stop();
  await receiver.stop();
}, 60_000);

const told = (webhookUrl: string): Promise<World> => system.world({ account: { webhookUrl } });
const until = (isSo: () => boolean | Promise<boolean>, ms = 10_000) =>
  system.adminProcess.waitUntil(async () => isSo(), ms);
const countState = async ({ account }: World, state: string) =>
  (await tasks.query('SELECT FROM webhook_delivery WHERE account_id = $1 AND state = $2', [account.id, state])).length;
const idsAt = (name: string) => receiver.at(name).map(({ headers }) => headers['webhook-id']);

describe('several gateways', () => {
  it('send each webhook once between them', async () => {
    const others = [await system.addGateway(), await system.addGateway()];
    const world = await told(receiver.path('shared'));
    await Promise.all(Array.from({ length: 40 }, () => tasks.complete(world)));
    await until(async () => (await countState(world, 'delivered')) === 40);
    expect(new Set(idsAt('shared')).size).toBe(40);
    expect(idsAt('shared')).toHaveLength(40);
    await Promise.all(others.map(({ program }) => program.stop()));
  }, 60_000);

  it('take over from one that is told to stop in the middle of an attempt, at once and by the same id', async () => {
    const { program } = await system.addGateway();
    await system.gatewayProcess.stop();
    let isHanging = true;
    const world = await told(receiver.path('stopped', (response) => void (isHanging || response.writeHead(204).end())));
    await tasks.complete(world);
    await until(() => receiver.at('stopped').length === 1);
    isHanging = false;
    const successor = await system.addGateway();
    await program.stop();
    expect(program.exitCode).toBe(0);
    await until(async () => (await countState(world, 'delivered')) === 1);
    expect(new Set(idsAt('stopped')).size).toBe(1);
    expect(receiver.at('stopped')).toHaveLength(2);

    isHanging = true;
    await tasks.complete(world);
    await until(() => receiver.at('stopped').length === 3);
    const heir = await system.addGateway();
    await successor.program.kill();
    isHanging = false;
    await tasks.query(`UPDATE webhook_delivery SET attempt_at = now() WHERE state = 'pending'`);
    await until(async () => (await countState(world, 'delivered')) === 2);
    expect(new Set(idsAt('stopped').slice(2)).size).toBe(1);
    expect(heir.program.isRunning).toBe(true);
  }, 60_000);
});
