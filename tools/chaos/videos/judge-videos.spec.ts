import { createHmac } from 'node:crypto';
import { judgeVideos } from './judge-videos.mjs';
import { judgeWebhooks } from './judge-webhooks.mjs';
import type { Arrival, Submission, TaskRow, VideoStory } from './videos-evidence.mjs';

const AT_MS = Date.parse('2026-10-01T12:00:00Z');
/** 4 seconds: 1.15 × 4 × 137257 = 631382.2, rounded up. */
const COST = 631_383n;
const ID = '019bf3d2-c5a0-7c3e-8f5a-1b2c3d4e5f60';
const PUBLIC_ID = 'video_019bf3d2c5a07c3e8f5a1b2c3d4e5f60';
const ACCOUNT = { accountId: '7', hook: '/hooks/a', secret: `whsec_${Buffer.alloc(32, 5).toString('base64')}` };

const task = (more: Partial<TaskRow> = {}): TaskRow => ({
  ...{ id: ID, accountId: '7', keyId: '3', mark: 'video-1', plan: 'completes', state: 'completed', points: COST },
  ...{ held: COST, refusedWith: null, upstreamId: 'up', errorCode: null, wasSubmitted: true, endings: 1 },
  ...{ charged: COST, funding: 'hold', ...more },
});
const failed = { state: 'failed', points: 0n, charged: 0n, upstreamId: null } as const;
const answer = (more: object = {}) => ({
  ...{ id: PUBLIC_ID, status: 200, code: null, mayRepeat: false, tries: 0, slot: 0, sentAtMs: AT_MS, atMs: AT_MS + 20 },
  ...more,
});
const look = (status: string, progress: number) => ({ id: PUBLIC_ID, status, progress, code: null });
const story = (more: Partial<VideoStory> = {}): VideoStory => ({
  ...{ mark: 'video-1', how: 'keyed', keyId: '3', accountId: '7', plan: 'completes', seconds: '4', atMs: AT_MS },
  answers: [answer()],
  seen: [look('queued', 0), look('in_progress', 50), look('completed', 100)],
  downloads: [{ id: PUBLIC_ID, isOwn: true, bytes: 100 }],
  ...more,
});
const call = (more: Partial<Submission> = {}): Submission => ({
  ...{ mark: 'video-1', plan: 'completes', upstreamId: 'up', atMs: AT_MS + 5, ...more },
});

interface Change {
  stories?: VideoStory[];
  submissions?: Submission[];
  tasks?: TaskRow[];
  isFaulty?: boolean;
}

/** The names of what is wrong, each once. */
function judge({ stories = [story()], submissions = [call()], tasks = [task()], isFaulty = true }: Change): string[] {
  return [...new Set(judgeVideos({ stories, submissions, tasks, isFaulty }).map(({ name }) => name))];
}

describe('the checker of videos', () => {
  it('finds nothing where everything was in order', () => {
    expect(judge({})).toEqual([]);
    const unheard = story({ answers: [answer({ id: null, status: 0 })], seen: [], downloads: [] });
    expect(judge({ stories: [unheard], tasks: [task({ ...failed, errorCode: 'upstream_failed' })] })).toEqual([]);
    const refused = story({ plan: 'refused', answers: [answer({ id: null, status: 400 })], seen: [], downloads: [] });
    const tasks = [task({ ...failed, plan: 'refused', refusedWith: 400 })];
    expect(judge({ stories: [refused], submissions: [call({ plan: 'refused', upstreamId: null })], tasks })).toEqual(
      [],
    );
  });

  it.each<[string, Change, string[]]>([
    [
      'a task that is still open',
      { tasks: [task({ state: 'queued', points: null, charged: null })] },
      ['not over', 'wrong outcome'],
    ],
    ['a task that ended twice', { tasks: [task({ endings: 2 })] }, ['ended twice']],
    ['a task that never ended by its own word', { tasks: [task({ endings: 0 })] }, ['ended twice']],
    ['a second call of the provider', { submissions: [call(), call({ upstreamId: 'up2' })] }, ['submitted twice']],
    [
      'two tasks of one key',
      {
        tasks: [task(), task({ id: ID.replace('019b', '019c'), upstreamId: 'up2' })],
        submissions: [call(), call({ upstreamId: 'up2' })],
      },
      ['submitted twice'],
    ],
    [
      'two ids told for one key',
      { stories: [story({ answers: [answer(), answer({ id: 'video_other' })] })] },
      ['submitted twice', 'lost'],
    ],
    ['a completed task without its charge', { tasks: [task({ charged: null })] }, ['lost']],
    ['a charge that is too high', { tasks: [task({ charged: COST + 1n })] }, ['wrong price']],
    ['a charge that was not the hold’s', { tasks: [task({ funding: 'account' })] }, ['wrong price']],
    [
      'a failed task that was charged',
      { tasks: [task({ ...failed, charged: 1n })] },
      ['charged for nothing', 'wrong outcome'],
    ],
    ['a task that nobody wished', { tasks: [task(), task({ mark: 'video-9' })] }, ['double']],
    ['a task of another key', { tasks: [task({ keyId: '4' })] }, ['double']],
    ['a video that its provider does not know', { tasks: [task({ upstreamId: 'other' })] }, ['charged for nothing']],
    [
      'a failure that nothing explains',
      { tasks: [task(failed)], stories: [story({ seen: [look('failed', 0)], downloads: [] })], isFaulty: false },
      ['wrong outcome'],
    ],
    ['a video that failed and is said to have completed', { tasks: [task({ plan: 'fails' })] }, ['wrong outcome']],
    [
      'a state that went back',
      { stories: [story({ seen: [look('in_progress', 50), look('queued', 50), look('completed', 100)] })] },
      ['wrong outcome'],
    ],
    ['a client that saw another end', { stories: [story({ seen: [look('failed', 0)] })] }, ['wrong outcome']],
    ['a client whose task is gone', { tasks: [], submissions: [] }, ['lost']],
    [
      "another's video",
      { stories: [story({ downloads: [{ id: PUBLIC_ID, isOwn: false, bytes: 9 }] })] },
      ["other's answer"],
    ],
    [
      'a video that does not come',
      { stories: [story({ downloads: [{ id: PUBLIC_ID, isOwn: true, bytes: 0 }] })] },
      ['lost'],
    ],
    [
      'a charge for what was refused',
      { stories: [story({ answers: [answer({ id: null, status: 503, code: 'x' })], seen: [], downloads: [] })] },
      ['charged for nothing'],
    ],
    [
      'an invitation to submit again what its provider was asked for',
      {
        stories: [story({ answers: [answer({ id: null, status: 503, mayRepeat: true })], seen: [], downloads: [] })],
        tasks: [task(failed)],
      },
      ['submitted twice'],
    ],
  ])('finds %s', (_, change, names) => {
    expect(judge(change)).toEqual(names);
  });
});

function arrival(
  more: { body?: object; headers?: object; path?: string; status?: number; secret?: string } = {},
): Arrival {
  const data = { id: PUBLIC_ID, status: 'completed' };
  const body = JSON.stringify({ id: 'evt_1', type: 'video.completed', data, ...more.body });
  const timestamp = String(AT_MS / 1000);
  const key = Buffer.from((more.secret ?? ACCOUNT.secret).slice('whsec_'.length), 'base64');
  const hmac = createHmac('sha256', key).update(`evt_1.${timestamp}.${body}`).digest('base64');
  const headers = { 'webhook-id': 'evt_1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${hmac}` };
  const { path = ACCOUNT.hook, status = 204 } = more;
  return { path, status, atMs: AT_MS, body, headers: { ...headers, ...more.headers } };
}

describe('the checker of webhooks', () => {
  const problems = (arrivals: Arrival[], tasks = [task()]) =>
    judgeWebhooks({ tasks, arrivals, accounts: [ACCOUNT] }).map(({ detail }) => detail.replace(/^.*?: /, ''));

  it('finds nothing where each was taken, also after it came in vain', () => {
    expect(problems([arrival({ status: 500 }), arrival(), arrival()])).toEqual([]);
    expect(problems([], [task({ ...failed, refusedWith: 400 })])).toEqual([]);
  });

  it('takes one of several signatures', () => {
    const { headers } = arrival();
    const both = `v1,AAAA ${headers['webhook-signature']}`;
    expect(problems([arrival({ headers: { 'webhook-signature': both } })])).toEqual([]);
  });

  it.each<[string, Arrival[], TaskRow[], string]>([
    ['one that never came', [], [task()], `${ID} (video-1, completed) was never taken`],
    ['one that was never taken', [arrival({ status: 500 })], [task()], `${ID} (video-1, completed) was never taken`],
    [
      'another signature',
      [arrival({ secret: `whsec_${Buffer.alloc(32).toString('base64')}` })],
      [task()],
      'is not signed by its account',
    ],
    ['no signature', [arrival({ headers: { 'webhook-signature': '' } })], [task()], 'is not signed by its account'],
    [
      'another id on repetition',
      [arrival(), { ...arrival(), headers: { ...arrival().headers, 'webhook-id': 'evt_2' } }],
      [task()],
      'its id is not that of its header',
    ],
    ['an old signature', [arrival({ headers: { 'webhook-timestamp': '1' } })], [task()], 'was signed at 1'],
    [
      'another outcome',
      [arrival({ body: { type: 'video.failed' } })],
      [task()],
      'says video.failed of what has completed',
    ],
    ['a task that is not over', [arrival()], [task({ state: 'queued' })], 'tells of a task that is not over'],
    ['a task that was refused', [arrival()], [task({ refusedWith: 503 })], 'tells of what was refused'],
    ['no task', [arrival()], [], 'tells of no task'],
    ["another account's receiver", [arrival({ path: '/hooks/b' })], [task({ refusedWith: 503 })], 'came to nobody'],
  ])('finds %s', (_, arrivals, tasks, problem) => {
    expect(problems(arrivals, tasks)).toContain(problem);
  });

  it('finds a repetition under another id', () => {
    const second = arrival({ body: { id: 'evt_2' }, headers: { 'webhook-id': 'evt_2' } });
    expect(problems([arrival(), second])).toContain(`${ID} came under several ids`);
  });
});
