import { type RunningAdmin, startAdmin } from './start-admin.js';

let admin: RunningAdmin;
const call = (method: string, path: string, body?: unknown) => admin.client.request(method, path, body);

beforeAll(async () => {
  admin = await startAdmin();
}, 60_000);

afterAll(() => admin.stop());

async function addAccount(): Promise<string> {
  const { body } = await call('POST', '/accounts', { name: 'points' });
  return (body as { id: string }).id;
}

const entry = (amount: unknown, idempotencyKey: string, reason = 'invoice') => ({ amount, reason, idempotencyKey });

describe('points', () => {
  it('are added and taken, and every entry is listed newest first', async () => {
    const id = await addAccount();
    expect(await call('POST', `/accounts/${id}/points`, entry('12.5', 'a'))).toMatchObject({
      status: 201,
      body: { accountId: id, amount: '12.5', availableAfter: '12.5', reason: 'invoice', idempotencyKey: 'a' },
    });
    expect(await call('POST', `/accounts/${id}/points`, entry(-2, 'b', 'refund'))).toMatchObject({
      status: 201,
      body: { amount: '-2', availableAfter: '10.5' },
    });
    expect(await call('GET', `/accounts/${id}`)).toMatchObject({ body: { availablePoints: '10.5', heldPoints: '0' } });
    const first = await call('GET', `/accounts/${id}/ledger?limit=1`);
    expect(first).toMatchObject({ status: 200, body: { data: [{ amount: '-2' }] } });
    const { nextCursor } = first.body as { nextCursor: string };
    expect(await call('GET', `/accounts/${id}/ledger?limit=1&cursor=${nextCursor}`)).toMatchObject({
      body: { data: [{ amount: '12.5' }], nextCursor: null },
    });
  });

  it('are added once per idempotency key, which answers the first entry again', async () => {
    const id = await addAccount();
    const first = await call('POST', `/accounts/${id}/points`, entry('1', 'once'));
    expect(await call('POST', `/accounts/${id}/points`, entry('1.0', 'once'))).toMatchObject({
      status: 201,
      body: first.body as object,
    });
    expect(await call('POST', `/accounts/${id}/points`, entry('2', 'once'))).toMatchObject({ status: 409 });
    expect(await call('GET', `/accounts/${id}`)).toMatchObject({ body: { availablePoints: '1' } });
  });

  it('never fall below zero', async () => {
    const id = await addAccount();
    await call('POST', `/accounts/${id}/points`, entry('1', 'a'));
    expect(await call('POST', `/accounts/${id}/points`, entry('-1.000001', 'b'))).toMatchObject({
      status: 409,
      body: { error: { code: 'conflict' } },
    });
    expect(await call('GET', `/accounts/${id}`)).toMatchObject({ body: { availablePoints: '1' } });
  });

  it.each([
    [{ amount: 0, reason: 'r', idempotencyKey: 'k' }],
    [{ amount: '0.0000001', reason: 'r', idempotencyKey: 'k' }],
    [{ amount: '1e3', reason: 'r', idempotencyKey: 'k' }],
    [{ amount: '99999999999', reason: 'r', idempotencyKey: 'k' }],
    [{ amount: 1, reason: '', idempotencyKey: 'k' }],
    [{ amount: 1, reason: 'a\u0000', idempotencyKey: 'k' }],
    [{ amount: 1, reason: 'r' }],
    [{ amount: 1, reason: 'r', idempotencyKey: 'k', accountId: '1' }],
  ])('refuse %j', async (body) => {
    const id = await addAccount();
    expect(await call('POST', `/accounts/${id}/points`, body)).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_request', problems: [expect.any(String)] } },
    });
  });

  it('list every problem of an entry at once, an amount of zero included', async () => {
    const answer = await call('POST', `/accounts/${await addAccount()}/points`, entry(0, '', ''));
    expect((answer.body as { error: { problems: string[] } }).error.problems).toEqual([
      expect.stringMatching(/^amount must be .* not zero/),
      expect.stringMatching(/^reason must be /),
      expect.stringMatching(/^idempotencyKey must be /),
    ]);
  });

  it.each(['999999999', 'x', '0'])('of account %s are not found', async (id) => {
    expect(await call('POST', `/accounts/${id}/points`, entry('1', 'a'))).toMatchObject({ status: 404 });
    expect(await call('GET', `/accounts/${id}/ledger`)).toMatchObject({ status: 404 });
  });
});
