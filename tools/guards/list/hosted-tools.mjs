// @ts-check
const POOL = 'apps/gateway/src/relay/tool-pool.ts';
const SOLD = 'apps/gateway/test/hosted-tools.e2e.spec.ts';

/** That no call of a provider's tool runs or is charged that nobody holds points for. @type {readonly import('../guard.mjs').Guard[]} */
export const HOSTED_TOOLS = [
  {
    name: 'responses go out with the limit of calls that is held for',
    caughtBy: ['apps/gateway/src/surfaces/openai-responses/request.spec.ts', SOLD],
    source: [
      {
        file: 'apps/gateway/src/surfaces/openai-responses/hosted-tools.ts',
        from: '{ ...body, max_tool_calls: limited.callsMax }',
        to: 'body',
      },
    ],
  },
  {
    name: 'messages go out with the limits of uses that are held for',
    caughtBy: ['apps/gateway/src/surfaces/anthropic-messages/request.spec.ts', SOLD],
    source: [
      {
        file: 'apps/gateway/src/surfaces/anthropic-messages/hosted-tools.ts',
        from: 'return { ...tool, max_uses: limit };',
        to: 'return tool;',
      },
    ],
  },
  {
    name: 'what passes through is limited as it is held for',
    caughtBy: [SOLD],
    source: [
      {
        file: 'apps/gateway/src/relay/exchange/pass-through.ts',
        from: 'call.limitToolCalls?.(call.body, terms.toolPools) ?? call.body',
        to: 'call.body',
      },
    ],
  },
  {
    name: 'a limit of calls is lowered to what the hold pays for',
    caughtBy: ['apps/gateway/src/relay/quote.spec.ts', SOLD],
    source: [{ file: POOL, from: 'pool.canBeLowered && pool.callsMax > callsMax', to: 'pool.callsMax > Infinity' }],
  },
  {
    name: 'the worst case holds every call that may be made',
    caughtBy: ['apps/gateway/src/relay/quote.spec.ts'],
    source: [
      {
        file: 'apps/gateway/src/relay/quote.ts',
        from: 'toolPools: boundCalls(pools), };',
        to: 'toolPools: [], };',
      },
    ],
  },
  {
    name: 'no more calls are charged than were held for',
    caughtBy: ['apps/gateway/src/relay/tool-pool.spec.ts'],
    source: [{ file: POOL, from: 'const charged = Math.min(made, room);', to: 'const charged = made;' }],
  },
];
