import type { CanonicalCall, DroppedFields, ToolChoice, ToolDefinition } from '@tokenbay/protocol';
import type { JsonObject } from '../provider.js';
import { toGeminiSchema } from './json-schema.js';

/** Writes the functions on offer and the choice among them. Tools other than functions would be others here, and are refused. */
export function writeTools(call: CanonicalCall, dropped: DroppedFields): JsonObject {
  const { toolChoice, parallelToolCalls } = call;
  const names = toolChoice?.mode === 'allowed' && !toolChoice.isRequired ? new Set(toolChoice.names) : undefined;
  const declared: JsonObject[] = [];
  for (const tool of call.tools) {
    if (tool.kind === 'hosted') return dropped.refuseHostedTool(tool.type);
    if (tool.kind === 'custom') return dropped.refuse('tools.custom');
    if (!names || names.has(tool.name)) declared.push(declare(tool, dropped));
  }
  if (declared.length === 0) return {};
  if (parallelToolCalls === false) dropped.drop('parallel_tool_calls');
  const choice = toolChoice && writeChoice(toolChoice);
  return {
    tools: [{ functionDeclarations: declared }],
    ...(choice && { toolConfig: { functionCallingConfig: choice } }),
  };
}

function declare(
  { name, description, parameters, isStrict }: Extract<ToolDefinition, { kind: 'function' }>,
  dropped: DroppedFields,
): JsonObject {
  if (isStrict) dropped.drop('tools.strict');
  return {
    name,
    ...(description !== undefined && { description }),
    ...(parameters && { parametersJsonSchema: toGeminiSchema({ type: 'object', ...parameters }) }),
  };
}

function writeChoice(choice: ToolChoice): JsonObject {
  switch (choice.mode) {
    case 'auto':
      return { mode: 'AUTO' };
    case 'none':
      return { mode: 'NONE' };
    case 'required':
      return { mode: 'ANY' };
    case 'named':
      return { mode: 'ANY', allowedFunctionNames: [choice.name] };
    case 'allowed':
      return choice.isRequired ? { mode: 'ANY', allowedFunctionNames: choice.names } : { mode: 'AUTO' };
  }
}
