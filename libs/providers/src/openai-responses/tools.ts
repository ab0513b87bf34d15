import type { CanonicalCall, DroppedFields, ToolChoice, ToolDefinition } from '@tokenbay/protocol';
import type { JsonObject } from '../provider.js';
import { isStrictSchema } from '../strict-schema.js';

const NO_ARGUMENTS: JsonObject = Object.freeze({ type: 'object', properties: {} });

/** Writes the tools on offer and the choice among them. Tools that another provider runs are refused. */
export function writeTools(call: CanonicalCall, dropped: DroppedFields): JsonObject {
  const { tools, toolChoice, parallelToolCalls } = call;
  if (tools.length === 0) return {};
  return {
    tools: tools.map((tool) => writeTool(tool, dropped)),
    ...(toolChoice && { tool_choice: writeChoice(toolChoice, tools) }),
    ...(parallelToolCalls !== undefined && { parallel_tool_calls: parallelToolCalls }),
  };
}

function writeTool(tool: ToolDefinition, dropped: DroppedFields): JsonObject {
  if (tool.kind === 'hosted') return dropped.refuseHostedTool(tool.type);
  const { kind: type, name, description } = tool;
  const shared = { type, name, ...(description !== undefined && { description }) };
  if (tool.kind === 'custom')
    return { ...shared, ...(tool.grammar && { format: { type: 'grammar', ...tool.grammar } }) };
  const { parameters = NO_ARGUMENTS, isStrict } = tool;
  const isObeyed = isStrict === true && isStrictSchema(parameters);
  if (isStrict && !isObeyed) dropped.drop('tools.strict');
  // Left out it would mean: strict, where the schema can be.
  return { ...shared, parameters, strict: isObeyed };
}

function writeChoice(choice: ToolChoice, tools: readonly ToolDefinition[]): JsonObject | string {
  const nameOne = (name: string): JsonObject => {
    const isCustom = tools.some((tool) => tool.kind === 'custom' && tool.name === name);
    return { type: isCustom ? 'custom' : 'function', name };
  };
  if (choice.mode === 'named') return nameOne(choice.name);
  if (choice.mode !== 'allowed') return choice.mode;
  const mode = choice.isRequired ? 'required' : 'auto';
  return { type: 'allowed_tools', mode, tools: choice.names.map(nameOne) };
}
