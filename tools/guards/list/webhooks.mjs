// @ts-check
const DELIVERIES = 'libs/webhooks/src/webhook-deliveries.repository.ts';
const ENDPOINTS = 'libs/webhooks/src/webhook-endpoints.service.ts';
const SPEC = 'libs/webhooks/src/webhooks.db.spec.ts';

/** That accounts are told, once where it can be. @type {readonly import('../guard.mjs').Guard[]} */
export const WEBHOOKS = [
  {
    name: 'a webhook is told where its task ends, in the same transaction',
    caughtBy: [SPEC],
    database: [{ function: 'webhook_tell', from: 'WHERE account_id = NEW.account_id', to: 'WHERE false' }],
  },
  {
    name: 'an attempt that was taken for lost does not put a webhook off',
    caughtBy: [SPEC],
    source: [
      {
        file: DELIVERIES,
        from: "WHERE id = $1 AND attempts = $2 AND state = 'pending' RETURNING d.state",
        to: "WHERE id = $1 AND $2::integer > 0 AND state = 'pending' RETURNING d.state",
      },
    ],
  },
  {
    name: 'the receiver of one account takes no more than its share of the attempts',
    caughtBy: [SPEC],
    source: [{ file: DELIVERIES, from: 'coalesce(r.count, 0) <= $2', to: 'coalesce(r.count, 0) <= $2 + 100' }],
  },
  {
    name: 'a webhook that is being attempted is not due',
    caughtBy: [SPEC],
    source: [
      {
        file: DELIVERIES,
        from: "attempts = d.attempts + 1, attempt_at = clock_timestamp() + $4 * interval '1 ms'",
        to: "attempts = d.attempts + 1, attempt_at = clock_timestamp() - $4 * interval '1 ms'",
      },
    ],
  },
  {
    name: 'the secret of a webhook opens for its own account only',
    caughtBy: [SPEC],
    source: [
      {
        file: ENDPOINTS,
        from: 'export const sealContextOf = (accountId: string)',
        to: "export const sealContextOf = (_of: string, accountId = '')",
      },
    ],
  },
];
