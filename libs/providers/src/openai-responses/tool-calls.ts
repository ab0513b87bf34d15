import type { ToolCalls } from '@tokenbay/protocol';
import { type ItemWire, stringOf } from './wire.js';

/** Of what the provider does on the web only this is sold; opening a page that was found, and looking within it, is not. */
const SEARCH = 'search';

/**
 * Counts what the provider sells of its tools, by the type of their items without `_call`: searches, not what is read of their pages;
 * containers, however often something runs in one; and every call of any other tool. What failed is not counted.
 */
export function countToolCalls(items: readonly ItemWire[]): ToolCalls {
  const counts: Record<string, number> = {};
  const containers = new Set<string>();
  for (const item of items) {
    const name = toolOf(item);
    if (name === undefined || item.status === 'failed' || !isSold(item, name)) continue;
    const container = stringOf(item.container_id) || stringOf(item.environment?.container_id);
    if (container !== '' && containers.size === containers.add(`${name} ${container}`).size) continue;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function toolOf({ type }: ItemWire): string | undefined {
  if (type === 'program') return 'programmatic_tool_calling';
  return typeof type === 'string' && type.endsWith('_call') ? type.slice(0, -'_call'.length) : undefined;
}

/** Older models search without saying so. */
function isSold({ action }: ItemWire, name: string): boolean {
  return name !== 'web_search' || typeof action?.type !== 'string' || action.type === SEARCH;
}
