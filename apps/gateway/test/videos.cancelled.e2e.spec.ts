import { setTimeout as pause } from 'node:timers/promises';
import { useVideos } from './use-videos.js';

/** Points of one video are 2; this is what nobody pays of it. */
const UNPAID = 2_000_000;

const house = useVideos();

async function uncollectedAt(metricsUrl: string): Promise<number> {
  const text = await (await fetch(metricsUrl)).text();
  return Number(/^tokenbay_uncollected_micropoints_total (\S+)$/m.exec(text)?.[1]);
}

describe('a video that an administrator cancels', () => {
  it('is counted as cost that nobody pays, by one of the gateways', async () => {
    const other = await house.system.addGateway();
    const urls = [house.system.metricsUrl, other.metricsUrl];
    const uncollected = async () =>
      (await Promise.all(urls.map(uncollectedAt))).reduce((sum, micropoints) => sum + micropoints, 0);
    const world = await house.world({ points: '10' });
    const id = await house.submitted(world, 'endless, cancelled');
    expect(await uncollected()).toBe(0);
    await house.system.admin.call('POST', `/tasks/${id}/cancel`, { reason: 'test' });
    await house.system.gatewayProcess.waitUntil(async () => (await uncollected()) > 0, 20_000);
    await pause(300);
    expect(await uncollected()).toBe(UNPAID);
    expect(await house.system.admin.request('POST', `/tasks/${id}/cancel`, { reason: 'again' })).toMatchObject({
      status: 409,
    });
    await pause(300);
    expect(await uncollected()).toBe(UNPAID);
    await other.program.stop();
  }, 60_000);
});
