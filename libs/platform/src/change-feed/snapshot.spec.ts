import { createLogger } from '../logging/logger.js';
import { ChangeFeed, type ChangeListener } from './change-feed.js';
import { Snapshot } from './snapshot.js';

const logger = createLogger('test', 'silent');

/** A snapshot of a number whose loads end when the test says so. */
function setUp() {
  const feed = new ChangeFeed('postgres://127.0.0.1:1/none', 'test', logger);
  let tell: ChangeListener = () => undefined;
  feed.on = (_, listener) => void (tell = listener);
  const loads: ((value: number) => void)[] = [];
  const load = () => new Promise<number>((done) => loads.push(done));
  const snapshot = new Snapshot(feed, { tables: ['thing'], load }, logger);
  const finish = async (index: number, value: number) => {
    loads[index]?.(value);
    await new Promise((done) => setImmediate(done));
  };
  return { snapshot, loads, finish, change: () => tell('1') };
}

describe('Snapshot', () => {
  it('reads again after a change that arrived during its very first read', async () => {
    const { snapshot, loads, finish, change } = setUp();
    const started = snapshot.start();
    change();
    await finish(0, 1);
    await started;
    expect(loads).toHaveLength(2);
    await finish(1, 2);
    expect(snapshot.current).toBe(2);
    snapshot.stop();
  });

  it('follows any number of changes during a read with one more read', async () => {
    const { snapshot, loads, finish, change } = setUp();
    const started = snapshot.start();
    await finish(0, 1);
    await started;
    change();
    change();
    change();
    expect(loads).toHaveLength(2);
    await finish(1, 2);
    expect(loads).toHaveLength(3);
    await finish(2, 3);
    expect([snapshot.current, loads.length]).toEqual([3, 3]);
    snapshot.stop();
  });
});
