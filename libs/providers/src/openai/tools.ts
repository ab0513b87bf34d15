import type { CanonicalCall, DroppedFields, ToolChoice, ToolDefinition } from '@tokenbay/protocol';
import type { JsonObject } from '../provider.js';
import type { OpenAiDialect } from './endpoint.js';
import { isStrictSchema } from '../strict-schema.js';

interface ToolTerms {
  readonly dropped: DroppedFields;
  readonly dialect: OpenAiDialect;
}

/** Writes the tools on offer and the choice among them. Tools that another provider runs are refused. */
export function writeTools(call: CanonicalCall, terms: ToolTerms): JsonObject {
  const { toolChoice, parallelToolCalls } = call;
  const names = toolChoice?.mode === 'allowed' ? new Set(toolChoice.names) : undefined;
  const offered = call.tools.filter((tool) => !names || (tool.kind !== 'hosted' && names.has(tool.name)));
  if (offered.length === 0) return {};
  return {
    tools: offered.map((tool) => writeTool(tool, terms)),
    ...(toolChoice && { tool_choice: writeChoice(toolChoice, offered) }),
    ...(parallelToolCalls !== undefined && { parallel_tool_calls: parallelToolCalls }),
  };
}

function writeTool(tool: ToolDefinition, { dropped, dialect }: ToolTerms): JsonObject {
  if (tool.kind === 'hosted') return dropped.refuseHostedTool(tool.type);
  const { name, description } = tool;
  const shared = { name, ...(description !== undefined && { description }) };
  if (tool.kind === 'custom') {
    if (!dialect.knowsOpenAiFields) return dropped.refuse('tools.custom');
    const format = tool.grammar && { format: { type: 'grammar', grammar: tool.grammar } };
    return { type: 'custom', custom: { ...shared, ...format } };
  }
  const { parameters, isStrict } = tool;
  const isObeyed = isStrict && isStrictSchema(parameters ?? {});
  if (isStrict && !isObeyed) dropped.drop('tools.strict');
  return {
    type: 'function',
    function: { ...shared, ...(parameters && { parameters }), ...(isObeyed && { strict: true }) },
  };
}

function writeChoice(choice: ToolChoice, offered: readonly ToolDefinition[]): JsonObject | string {
  if (choice.mode === 'allowed') return choice.isRequired ? 'required' : 'auto';
  if (choice.mode !== 'named') return choice.mode;
  const { name } = choice;
  const isCustom = offered.some((tool) => tool.kind === 'custom' && tool.name === name);
  return isCustom ? { type: 'custom', custom: { name } } : { type: 'function', function: { name } };
}
