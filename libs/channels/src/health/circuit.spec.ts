import { Circuit } from './circuit.js';
import type { HealthReason } from './health-reason.js';

const open = (circuit: Circuit, reason: HealthReason, nowMs: number, more: object = {}) =>
  circuit.open({ reason, nowMs, random: 0, ...more });
/** How long it stays open when every trial fails, `times` times. */
function waits(reason: HealthReason, times: number): number[] {
  const circuit = new Circuit();
  let nowMs = 0;
  open(circuit, reason, nowMs);
  return Array.from({ length: times }, () => {
    const waitMs = circuit.untilMs - nowMs;
    nowMs = circuit.untilMs;
    const finder = {};
    circuit.enter(finder, nowMs);
    open(circuit, reason, nowMs, { finder });
    return waitMs;
  });
}

describe('a circuit', () => {
  it('lets everybody through until something is found, nobody while it is open, and then one at a time', () => {
    const circuit = new Circuit();
    expect(circuit.allows(0)).toBe(true);
    open(circuit, 'failing', 0);
    expect([circuit.allows(999), circuit.allows(1_000)]).toEqual([false, true]);
    const first = {};
    circuit.enter(first, 1_000);
    expect(circuit.allows(1_000)).toBe(false);
    circuit.leave(first);
    expect(circuit.allows(1_000)).toBe(true);
    circuit.enter(first, 1_000);
    expect(circuit.close(1_000, 1_100)).toBe(true);
    expect([circuit.allows(1_100), circuit.reason]).toEqual([true, null]);
  });

  it('stays open for twice as long after each failed trial, up to a bound: seconds for failures, an hour for what is disabled', () => {
    expect(waits('failing', 5)).toEqual([1_000, 2_000, 2_000, 2_000, 2_000]);
    expect(waits('rate_limited', 8)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    expect(waits('key_refused', 9).map((ms) => ms / 1_000)).toEqual([30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
  });

  it('is open as long as the upstream asks, within an hour', () => {
    const untilAfter = (waitMs: number) => {
      const circuit = new Circuit();
      open(circuit, 'rate_limited', 0, { waitMs });
      return circuit.untilMs;
    };
    expect([untilAfter(7_000), untilAfter(0), untilAfter(1e12)]).toEqual([7_000, 500, 3_600_000]);
  });

  it('waits a little longer by chance, never shorter', () => {
    const circuit = new Circuit();
    open(circuit, 'rate_limited', 0, { waitMs: 10_000, random: 0.999 });
    expect(circuit.untilMs).toBeGreaterThan(10_900);
    expect(circuit.untilMs).toBeLessThan(11_000);
  });

  it('is not opened any longer by the many that were sent before it opened', () => {
    const circuit = new Circuit();
    open(circuit, 'rate_limited', 0);
    for (let late = 0; late < 100; late += 1)
      expect(open(circuit, 'rate_limited', 400, { finder: {}, startedAtMs: -50 })).toBe(false);
    expect(circuit.untilMs).toBe(500);
    circuit.enter({}, 550);
    circuit.close(550, 600);
    expect(open(circuit, 'rate_limited', 700, { finder: {}, startedAtMs: 599 })).toBe(false);
    expect(open(circuit, 'rate_limited', 700, { finder: {}, startedAtMs: 601 })).toBe(true);
    expect(circuit.untilMs).toBe(1_200);
  });

  it('is not closed by what was sent before it opened', () => {
    const circuit = new Circuit();
    open(circuit, 'rate_limited', 0);
    expect(circuit.close(-50, 100)).toBe(false);
    expect(circuit.allows(100)).toBe(false);
  });

  it('lets another one try when the one that tries has hung for ten seconds, and believes whichever succeeds', () => {
    const circuit = new Circuit();
    open(circuit, 'failing', 0);
    circuit.enter({}, 2_000);
    expect([circuit.allows(11_900), circuit.allows(12_000)]).toEqual([false, true]);
    circuit.enter({}, 12_000);
    expect(circuit.allows(12_001)).toBe(false);
    expect(circuit.close(2_000, 13_000)).toBe(true);
  });

  it('takes a worse finding over a lighter one, and not the other way round', () => {
    const circuit = new Circuit();
    open(circuit, 'rate_limited', 0);
    open(circuit, 'key_refused', 1, { finder: {} });
    expect([circuit.reason, circuit.untilMs]).toEqual(['key_refused', 30_001]);
    open(circuit, 'rate_limited', 2, { finder: {}, waitMs: 3_000_000 });
    expect([circuit.reason, circuit.untilMs]).toEqual(['key_refused', 30_001]);
  });

  it('believes the upstream that asks for a longer wait while it is open', () => {
    const circuit = new Circuit();
    open(circuit, 'rate_limited', 0, { waitMs: 2_000 });
    expect(open(circuit, 'rate_limited', 1_000, { finder: {}, waitMs: 9_000 })).toBe(true);
    expect(open(circuit, 'rate_limited', 1_000, { finder: {}, waitMs: 4_000 })).toBe(false);
    expect(circuit.untilMs).toBe(10_000);
  });

  it('learns from others what is disabled, keeps the longer wait, and doubles from there', () => {
    const circuit = new Circuit();
    circuit.learn({ reason: 'out_of_credit', nowMs: 0, waitMs: 120_000, random: 0 });
    expect([circuit.reason, circuit.untilMs, circuit.allows(1)]).toEqual(['out_of_credit', 120_000, false]);
    circuit.learn({ reason: 'out_of_credit', nowMs: 0, waitMs: 60_000, random: 0 });
    expect(circuit.untilMs).toBe(120_000);
    const finder = {};
    circuit.enter(finder, 120_000);
    open(circuit, 'out_of_credit', 120_000, { finder });
    expect(circuit.untilMs).toBe(120_000 + 240_000);
  });
});
