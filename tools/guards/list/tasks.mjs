// @ts-check

const ACCEPTED = 'libs/tasks/src/tasks.accepted.db.spec.ts';
const ENDED = 'libs/tasks/src/tasks.ended.db.spec.ts';
const SHOWN = 'libs/tasks/src/tasks.shown.db.spec.ts';

/** That a task is one, is submitted once, and ends once. @type {readonly import('../guard.mjs').Guard[]} */
export const TASKS = [
  {
    name: 'a task holds no more than its account has',
    caughtBy: [ACCEPTED],
    database: [
      {
        function: 'task_accept',
        from: 'IF least(account_left, quota_left, period_left) < p_held THEN',
        to: 'IF least(quota_left, period_left) < p_held THEN',
      },
    ],
  },
  {
    name: 'a task holds no more than its key may',
    caughtBy: [ACCEPTED],
    database: [
      {
        function: 'task_accept',
        from: 'IF least(account_left, quota_left, period_left) < p_held THEN',
        to: 'IF account_left < p_held THEN',
      },
    ],
  },
  {
    name: 'a task takes from the budgets of its key',
    caughtBy: [ACCEPTED],
    database: [{ function: 'task_accept', from: 'IF v_window > 0 THEN', to: 'IF false THEN' }],
  },
  {
    name: 'a request sent again is the same task',
    caughtBy: [ACCEPTED],
    database: [{ function: 'task_accept', from: 'IF task_id IS NOT NULL THEN', to: 'IF false THEN' }],
  },
  {
    name: 'a request that arrives many times at once is one task (advisory lock)',
    caughtBy: [ACCEPTED],
    database: [
      {
        function: 'task_accept',
        from: `PERFORM pg_advisory_xact_lock(hashtextextended(format('task:%s:%s', p_api_key_id, coalesce(p_idempotency_key, encode(p_request_digest, 'hex'))), 0));`,
        to: '',
      },
    ],
  },
  {
    name: 'a task is submitted once (compare-and-set)',
    caughtBy: [ENDED],
    database: [
      {
        function: 'task_submit',
        from: `WHERE id = p_id AND state = 'accepted' AND deadline_at`,
        to: 'WHERE id = p_id AND deadline_at',
      },
    ],
  },
  {
    name: 'a task is not submitted after its time',
    caughtBy: [ENDED],
    database: [{ function: 'task_submit', from: 'AND deadline_at > clock_timestamp()', to: '' }],
  },
  {
    name: 'a task that may have been submitted cannot be undone',
    caughtBy: [ACCEPTED],
    database: [
      {
        function: 'task_withdraw',
        from: `WHERE id = p_id AND state = 'accepted' FOR UPDATE`,
        to: 'WHERE id = p_id FOR UPDATE',
      },
    ],
  },
  {
    name: 'a task ends once (compare-and-set)',
    caughtBy: [ENDED],
    database: [{ function: 'task_end', from: 'AND state = ANY (p_from) RETURNING', to: 'RETURNING' }],
  },
  {
    name: 'a task is charged at most what was held',
    caughtBy: [ENDED],
    database: [{ function: 'task_end', from: 'least(p_cost, held)', to: 'p_cost' }],
  },
  {
    name: 'a task that failed costs nothing',
    caughtBy: [ENDED],
    database: [
      {
        function: 'task_end',
        from: `WHEN p_state = 'completed' THEN least(p_cost, held) ELSE 0 END`,
        to: `WHEN p_state = 'completed' THEN least(p_cost, held) ELSE held END`,
      },
    ],
  },
  {
    name: 'a task is polled by one at a time',
    caughtBy: [ENDED],
    database: [
      {
        function: 'task_lease_polls',
        from: 'SET poll_at = clock_timestamp() + p_lease,',
        to: 'SET poll_at = t.poll_at,',
      },
    ],
  },
  {
    name: 'a poll that was overtaken says nothing',
    caughtBy: [ENDED],
    database: [{ function: 'task_note_poll', from: 'AND polls = p_polls AND', to: 'AND' }],
  },
  {
    name: 'a task’s progress never goes back',
    caughtBy: [ENDED],
    database: [{ function: 'task_note_poll', from: 'greatest(progress, p_progress)', to: 'p_progress' }],
  },
  {
    name: 'the books know what tasks hold',
    caughtBy: [SHOWN],
    database: [{ function: 'task_release', from: 'DELETE FROM hold WHERE owner_id = p_id;', to: '' }],
  },
];
