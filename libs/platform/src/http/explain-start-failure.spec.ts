import { explainStartFailure } from './explain-start-failure.js';

describe('a start that fails', () => {
  it.each([
    [
      { syscall: 'listen', code: 'EADDRINUSE', address: '127.0.0.1', port: 3001 },
      'Cannot listen on 127.0.0.1:3001: another program uses this port.',
    ],
    [
      { syscall: 'connect', code: 'ECONNREFUSED', address: '127.0.0.1', port: 5432 },
      'Cannot reach the database at 127.0.0.1:5432 (ECONNREFUSED); check DATABASE_URL.',
    ],
    [
      { errors: [{ syscall: 'connect', code: 'ECONNREFUSED', address: '::1', port: 5432 }] },
      'Cannot reach the database at ::1:5432 (ECONNREFUSED); check DATABASE_URL.',
    ],
    [{ code: '28P01' }, 'The database refuses the user or password of DATABASE_URL.'],
    [new Error('first line\nsecond line'), 'Cannot start: first line'],
    [undefined, 'Cannot start: unknown reason'],
  ])('explains %j in one sentence', (error, sentence) => {
    expect(explainStartFailure(error)).toBe(sentence);
  });
});
