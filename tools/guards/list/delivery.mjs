// @ts-check
const DELIVERER = 'apps/gateway/src/relay/deliverer.ts';
const SPEC = 'apps/gateway/test/chat.ledger.e2e.spec.ts';

/** That nothing is delivered whole before it is charged. @type {readonly import('../guard.mjs').Guard[]} */
export const DELIVERY = [
  {
    name: 'a stream’s tail waits for its charge',
    caughtBy: [SPEC],
    source: [
      {
        file: DELIVERER,
        from: 'await settlement.charge(await billOf(facts, exchange),',
        to: 'void settlement.charge(await billOf(facts, exchange),',
      },
    ],
  },
  {
    name: 'a whole answer waits for its charge',
    caughtBy: [SPEC],
    source: [
      {
        file: DELIVERER,
        from: 'await settlement.charge(bill instanceof',
        to: 'void settlement.charge(bill instanceof',
      },
    ],
  },
  {
    name: 'an answer that nobody can pay is not delivered',
    caughtBy: [SPEC],
    source: [
      {
        file: 'apps/gateway/src/relay/settlement.ts',
        from: `if (funding === 'refused') throw`,
        to: `if (funding === ('none' as typeof funding)) throw`,
      },
    ],
  },
  {
    name: 'a report that cannot be true costs no more than the worst case, however much more is held',
    caughtBy: ['apps/gateway/test/beside-chats.e2e.spec.ts'],
    source: [
      {
        file: 'apps/gateway/src/relay/settlement.ts',
        from: `source === 'suspect' ? Math.min(price.micropoints, suspectMax) : price.micropoints`,
        to: 'price.micropoints + 0 * suspectMax',
      },
    ],
  },
];
