import { createLogger } from '@tokenbay/platform';
import type { Task, TasksService } from '@tokenbay/tasks';
import type { RequestMetrics } from '../health/request-metrics.js';
import { TaskPoller } from './task-poller.js';
import type { TaskPolls } from './task-polls.js';

describe('the poller', () => {
  it('asks about tasks that run even where it cannot end those whose time is over', async () => {
    const tasks = {
      expireNext: () => Promise.reject(new Error('a row that cannot be ended')),
      forgetSecrets: () => Promise.resolve(),
      forgetRetired: () => Promise.resolve(true),
      leasePolls: () => Promise.resolve([{ id: 'one' } as Task]),
    } as unknown as TasksService;
    let poller: TaskPoller | undefined;
    const polled = new Promise<string>((done) => {
      const polls = { poll: ({ id }: Task) => Promise.resolve(done(id)) } as unknown as TaskPolls;
      poller = new TaskPoller(tasks, polls, {} as RequestMetrics, createLogger('test', 'silent'));
      poller.onApplicationBootstrap();
    });
    expect(await polled).toBe('one');
    await poller?.beforeApplicationShutdown();
  });
});
