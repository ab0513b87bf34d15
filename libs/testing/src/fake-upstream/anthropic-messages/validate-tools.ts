import { type Body, isObject } from './blocks.js';
import { validateHosted } from './hosted-blocks.js';

const NAME = /^[a-zA-Z0-9_-]{1,128}$/;
const CHOICES = ['auto', 'any', 'tool', 'none'];
const FIELDS = [
  'type',
  'name',
  'description',
  'input_schema',
  'strict',
  'cache_control',
  'input_examples',
  'defer_loading',
  'allowed_callers',
  'eager_input_streaming',
];

/** What Anthropic would refuse a request's tools for, or null. */
export function validateTools({ tools, tool_choice: choice }: Body): string | null {
  const names = new Set<unknown>();
  for (const [index, tool] of ((tools ?? []) as unknown[]).entries()) {
    const at = `tools.${index}`;
    if (!isObject(tool)) return `${at}: Input should be a valid dictionary`;
    const { type, name } = tool;
    if (typeof name !== 'string' || !NAME.test(name)) return `${at}.name: String should match pattern '${NAME.source}'`;
    if (names.has(name)) return 'tools: Tool names must be unique.';
    names.add(name);
    if (type !== undefined && type !== null && type !== 'custom') {
      const problem = validateHosted(tool, at);
      if (problem) return problem;
      continue;
    }
    const stranger = Object.keys(tool).find((field) => !FIELDS.includes(field));
    if (stranger) return `${at}.custom.${stranger}: Extra inputs are not permitted`;
    if (!isObject(tool['input_schema'])) return `${at}.custom.input_schema: Field required`;
    if (tool['input_schema']['type'] !== 'object') return `${at}.custom.input_schema.type: Input should be 'object'`;
  }
  return validateChoice(choice, names);
}

function validateChoice(choice: unknown, names: ReadonlySet<unknown>): string | null {
  if (choice === undefined) return null;
  const { type, name } = choice as { type?: string; name?: string };
  if (!type || !CHOICES.includes(type)) return 'tool_choice: Input tag is not expected';
  if (names.size === 0) return 'tool_choice: may only be specified while providing tools';
  return type === 'tool' && !names.has(name) ? `Tool '${String(name)}' not found in provided tools` : null;
}
