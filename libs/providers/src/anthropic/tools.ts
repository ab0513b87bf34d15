import type { CanonicalCall, DroppedFields, ToolChoice, ToolDefinition } from '@tokenbay/protocol';
import type { JsonObject } from '../provider.js';
import { cacheControl } from './messages.js';

const NO_ARGUMENTS: JsonObject = Object.freeze({ type: 'object', properties: {} });

/** Writes the tools on offer and the choice among them. Tools other than functions would be others here, and are refused. */
export function writeTools(call: CanonicalCall, dropped: DroppedFields): JsonObject {
  const { toolChoice } = call;
  const names = toolChoice?.mode === 'allowed' ? new Set(toolChoice.names) : undefined;
  const tools: JsonObject[] = [];
  for (const tool of call.tools) {
    if (tool.kind === 'hosted') return dropped.refuseHostedTool(tool.type);
    if (tool.kind === 'custom') return dropped.refuse('tools.custom');
    if (!names || names.has(tool.name)) tools.push(writeTool(tool));
  }
  if (tools.length === 0) return writeToolsOfHistory(call);
  const choice = writeChoice(toolChoice, call.parallelToolCalls);
  return { tools, ...(choice && { tool_choice: choice }) };
}

function writeTool({
  name,
  description,
  parameters,
  isStrict,
  cache,
}: Extract<ToolDefinition, { kind: 'function' }>): JsonObject {
  return {
    name,
    ...(description !== undefined && { description }),
    input_schema: parameters ? { type: 'object', ...parameters } : NO_ARGUMENTS,
    ...(isStrict && { strict: true }),
    ...cacheControl(cache),
  };
}

/** A conversation with calls demands definitions of the tools that were called, though none may be called again. */
function writeToolsOfHistory({ turns }: CanonicalCall): JsonObject {
  const names = new Set<string>();
  for (const turn of turns) {
    if (turn.role !== 'assistant') continue;
    for (const part of turn.content) if (part.type === 'tool_call') names.add(part.name);
  }
  if (names.size === 0) return {};
  const tools = [...names].map((name) => ({ name, input_schema: NO_ARGUMENTS }));
  return { tools, tool_choice: { type: 'none' } };
}

function writeChoice(choice: ToolChoice | undefined, isParallel: boolean | undefined): JsonObject | undefined {
  if (choice?.mode === 'none') return { type: 'none' };
  const oneAtATime = isParallel === false ? { disable_parallel_tool_use: true } : {};
  if (choice === undefined) return isParallel === false ? { type: 'auto', ...oneAtATime } : undefined;
  if (choice.mode === 'named') return { type: 'tool', name: choice.name, ...oneAtATime };
  const isRequired = choice.mode === 'required' || (choice.mode === 'allowed' && choice.isRequired);
  return { type: isRequired ? 'any' : 'auto', ...oneAtATime };
}
