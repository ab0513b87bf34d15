import type { Behaviour } from '../behaviours.js';
import { allowedCalls, wantedCalls } from '../hosted-calls.js';
import type { Body } from './body.js';

/** A call of a tool that the provider ran. */
export interface HostedItem {
  type: 'hosted_call';
  id: string;
  /** Its type without version. */
  tool: string;
  /** What was done, or `failed`. */
  action: string;
  pieces: string[];
}

const RUN_ELSEWHERE = ['function', 'custom', 'namespace', 'local_shell', 'apply_patch', 'tool_search', 'mcp'];
const ACTIONS: Record<string, Body> = {
  search: { query: 'bay', queries: ['bay'] },
  open_page: { url: 'https://a.example/bay' },
  find_in_page: { url: 'https://a.example/bay', pattern: 'bay' },
};

/** The calls of the first hosted tool on offer: what the model tries beyond `max_tool_calls` is ignored. */
export function composeHosted(id: string, body: Body, behaviour: Behaviour): HostedItem[] {
  const types = ((body['tools'] ?? []) as Body[]).map(({ type }) => String(type));
  const type = types.find((one) => !RUN_ELSEWHERE.includes(one));
  if (type === undefined) return [];
  const tool = type.replace(/_\d{4}_\d{2}_\d{2}$/, '').replace('_preview', '');
  return wantedCalls(behaviour)
    .slice(0, allowedCalls(body['max_tool_calls'], behaviour))
    .map((action, index) => ({
      type: 'hosted_call',
      id: `${id.replace('resp', 'ws')}_${index}`,
      tool,
      action,
      pieces: [],
    }));
}

/** The item of such a call, as far as it has come. */
export function hostedItemOf({ id, tool, action }: HostedItem, status: string): Body {
  const hasFailed = action === 'failed';
  return {
    ...{ id, type: `${tool}_call`, status: hasFailed && status !== 'in_progress' ? 'failed' : status },
    ...(tool === 'web_search' && { action: { type: hasFailed ? 'search' : action, ...ACTIONS[action] } }),
    ...(tool === 'code_interpreter' && { container_id: 'cntr_Fake', code: '1 + 1', outputs: null }),
  };
}
