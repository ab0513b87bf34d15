import type { PartOpening } from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import type { NamespacedTool } from './tools.js';

/** An item of an answer while it is written. */
export type DraftItem = DraftMessage | DraftReasoning | DraftCall;

export interface DraftMessage {
  readonly id: string;
  readonly type: 'message';
  status: string;
  readonly role: 'assistant';
  readonly content: DraftContent[];
}

export type DraftContent =
  | { readonly type: 'output_text'; text: string; readonly annotations: JsonObject[]; readonly logprobs: JsonObject[] }
  | { readonly type: 'refusal'; refusal: string };

export interface DraftReasoning {
  readonly id: string;
  readonly type: 'reasoning';
  readonly summary: { readonly type: 'summary_text'; text: string }[];
  encrypted_content?: string;
}

interface CallHead {
  readonly id: string;
  status: string;
  readonly call_id: string;
  readonly name: string;
  /** The namespace in which the tool was offered, if any. */
  readonly namespace?: string;
}

export type DraftCall =
  | (CallHead & { readonly type: 'function_call'; arguments: string })
  | (CallHead & { readonly type: 'custom_tool_call'; input: string });

/** By the flat names under which they were asked for, the tools that the client offered in namespaces. */
export type NamesOfTools = ReadonlyMap<string, NamespacedTool>;

/** A call of a tool, by the name that the client gave it. */
export function draftCall(
  { id: callId, kind, name }: Extract<PartOpening, { type: 'tool_call' }>,
  id: string,
  names: NamesOfTools,
): DraftCall {
  const named = names.get(name) ?? { name };
  if (kind === 'custom')
    return { id, type: 'custom_tool_call', status: 'in_progress', call_id: callId, ...named, input: '' };
  return { id, type: 'function_call', status: 'in_progress', call_id: callId, ...named, arguments: '' };
}

/** A piece of a message before its first word. */
export function draftContent(type: DraftContent['type']): DraftContent {
  return type === 'refusal' ? { type, refusal: '' } : { type, text: '', annotations: [], logprobs: [] };
}
