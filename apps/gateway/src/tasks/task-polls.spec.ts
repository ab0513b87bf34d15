import { CompiledPrices, type ModelCatalog } from '@tokenbay/models';
import type { VideoProgress } from '@tokenbay/providers';
import type { Task, TaskCompletion, TasksService } from '@tokenbay/tasks';
import type { RequestMetrics } from '../health/request-metrics.js';
import { TaskPolls } from './task-polls.js';
import type { TaskProviders } from './task-providers.js';

const TASK = {
  ...{ id: 'one', model: 'film', priceVersion: 1, multiplier: '1', heldMicropoints: 4_000_000, seconds: 8, polls: 1 },
  priced: { seconds: 8, images: 0, tier: null },
} as unknown as Task;
const RESULT = { kind: 'url', url: 'https://cdn.example.com/v' } as const;

/** What is booked, and counted, when a poll tells that its task has completed. */
async function complete(usage: { seconds?: number } | undefined, isFirst = true) {
  const booked: TaskCompletion[] = [];
  const counted: [number, number][] = [];
  const progress: VideoProgress = { state: 'completed', result: RESULT, ...(usage && { usage }) };
  const tasks = { complete: async (_: string, completion: TaskCompletion) => booked.push(completion) > 0 && isFirst };
  const providers = { know: () => ({ wire: { pollPace: {} } }), ask: async () => ({ status: 200, progress }) };
  const models = { pricesOf: async () => new CompiledPrices({ perSecond: '0.5' }) };
  const metrics = { countCharge: (...counts: [number, number]) => void counted.push(counts) };
  const polls = new TaskPolls(
    tasks as unknown as TasksService,
    providers as unknown as TaskProviders,
    models as unknown as ModelCatalog,
    metrics as unknown as RequestMetrics,
  );
  await polls.poll(TASK);
  return { booked: booked[0], counted };
}

describe('a task that has completed', () => {
  it('is booked as reported only where its provider said how long it is', async () => {
    expect((await complete({ seconds: 6 })).booked).toMatchObject({ costMicropoints: 3_000_000, isEstimated: false });
    for (const usage of [undefined, {}])
      expect((await complete(usage)).booked).toMatchObject({ costMicropoints: 4_000_000, isEstimated: true });
  });

  it('is counted once, with what its client pays and what nobody does', async () => {
    expect((await complete({ seconds: 6 })).counted).toEqual([[3_000_000, 0]]);
    expect((await complete({ seconds: 10 })).counted).toEqual([[4_000_000, 1_000_000]]);
    expect((await complete({ seconds: 6 }, false)).counted).toEqual([]);
  });
});
