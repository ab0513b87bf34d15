import type { ToolCalls } from '@tokenbay/protocol';
import type { BlockWire, UsageWire } from './wire.js';

const RESULT = /^(.+)_tool_result$/;
const REQUESTS = /^(.+)_requests$/;

/** Counts calls of the provider's own tools in one message, by the tool's name. */
export class ToolCallCount {
  private readonly answered: Record<string, number> = {};
  private told: ToolCalls = {};

  /** Calls that were answered; what the usage says of a tool goes before. */
  get calls(): ToolCalls {
    return { ...this.answered, ...this.told };
  }

  /** Takes a block of the answer: a result that is no error stands for a call. */
  add({ type, content }: BlockWire): void {
    const tool = typeof type === 'string' ? RESULT.exec(type)?.[1] : undefined;
    if (tool === undefined || isError(content)) return;
    const name = tool.endsWith('code_execution') ? 'code_execution' : tool;
    this.answered[name] = (this.answered[name] ?? 0) + 1;
  }

  /** Takes the usage of an answer at its end, which counts searches and fetches. */
  tell(usage: UsageWire | null | undefined): void {
    const requests = Object.entries(usage?.server_tool_use ?? {});
    const told = requests.flatMap(([field, count]) => {
      const name = REQUESTS.exec(field)?.[1];
      return name !== undefined && typeof count === 'number' ? [[name, count] as const] : [];
    });
    if (told.length > 0) this.told = Object.fromEntries(told);
  }
}

/** What failed is not charged; its result says so in place of what was found. */
function isError(content: unknown): boolean {
  const type = (content as { readonly type?: unknown } | null | undefined)?.type;
  return typeof type === 'string' && type.endsWith('_error');
}
