import { timeOfUuidv7, uuidv7 } from './ids.js';

describe('request ids', () => {
  it('are unique UUIDs of version 7 that carry the time they were made', () => {
    const before = Date.now();
    const ids = Array.from({ length: 10_000 }, uuidv7);
    expect(new Set(ids).size).toBe(10_000);
    for (const id of ids) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(timeOfUuidv7(id)).toBeGreaterThanOrEqual(before);
      expect(timeOfUuidv7(id)).toBeLessThanOrEqual(Date.now());
    }
  });
});
