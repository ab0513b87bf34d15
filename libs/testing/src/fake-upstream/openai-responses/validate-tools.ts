import type { ProviderError } from '../protocol.js';
import { type Body, invalidValue, isObject, missing, refuse, refuseUnknown } from './body.js';

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const FUNCTION_FIELDS = [
  ...['type', 'name', 'description', 'parameters', 'strict', 'allowed_callers', 'defer_loading', 'output_schema'],
];
const CUSTOM_FIELDS = ['type', 'name', 'description', 'format', 'allowed_callers', 'defer_loading'];
const OTHERS = [
  ...[
    'file_search',
    'web_search',
    'web_search_preview',
    'web_search_2025_08_26',
    'mcp',
    'code_interpreter',
    'computer',
  ],
  ...['computer_use_preview', 'image_generation', 'local_shell', 'shell', 'apply_patch', 'tool_search', 'namespace'],
];

/** What OpenAI would refuse a request's tools for, or null. */
export function validateTools({ tools, tool_choice: choice }: Body): ProviderError | null {
  const names = new Set<unknown>();
  for (const [index, tool] of ((tools ?? []) as unknown[]).entries()) {
    const at = `tools[${index}]`;
    if (!isObject(tool)) return refuse(`Invalid type for '${at}': expected an object.`, 'invalid_type', at);
    const problem = validateTool(tool, at);
    if (problem) return problem;
    names.add(tool['name']);
  }
  return validateChoice(choice, names);
}

/** True where every object in a schema is closed and demands all of its properties, as strict ones must. */
export function isClosed(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isClosed);
  if (!isObject(schema)) return true;
  const { type, properties, required, additionalProperties } = schema;
  const demanded = (required ?? []) as unknown[];
  const isStrict =
    type !== 'object' ||
    (additionalProperties === false &&
      Object.keys((properties ?? {}) as Body).every((name) => demanded.includes(name)));
  return isStrict && Object.values(schema).every(isClosed);
}

function validateTool(tool: Body, at: string): ProviderError | null {
  const { type, name } = tool;
  if (type === undefined) return missing(`${at}.type`);
  if (OTHERS.includes(type as string)) return validateHosted(tool, at);
  if (type !== 'function' && type !== 'custom')
    return invalidValue(type, ['function', 'custom', ...OTHERS], `${at}.type`);
  if (typeof name !== 'string') return missing(`${at}.name`);
  if (!NAME.test(name))
    return refuse(`Invalid '${at}.name': string does not match pattern.`, 'invalid_value', `${at}.name`);
  if (type === 'custom') return refuseUnknown(tool, CUSTOM_FIELDS, `${at}.`) ?? validateFormat(tool['format'], at);
  const unknown = refuseUnknown(tool, FUNCTION_FIELDS, `${at}.`);
  if (unknown) return unknown;
  if (tool['parameters'] === undefined) return missing(`${at}.parameters`);
  return tool['strict'] === true && !isClosed(tool['parameters'])
    ? refuse(`Invalid schema for function '${name}'.`, 'invalid_function_parameters', `${at}.parameters`)
    : null;
}

/** Tools that the provider runs, as far as something is demanded of them. */
function validateHosted({ type, server_label: label, container }: Body, at: string): ProviderError | null {
  if (type === 'mcp' && typeof label !== 'string') return missing(`${at}.server_label`);
  return type === 'code_interpreter' && container === undefined ? missing(`${at}.container`) : null;
}

function validateFormat(format: unknown, at: string): ProviderError | null {
  if (format == null) return null;
  const { type, syntax, definition } = format as Body;
  if (type === 'text') return null;
  const isGrammar = type === 'grammar' && typeof definition === 'string';
  return isGrammar && (syntax === 'lark' || syntax === 'regex')
    ? null
    : invalidValue(type, ['text', 'grammar'], `${at}.format`);
}

function validateChoice(choice: unknown, names: ReadonlySet<unknown>): ProviderError | null {
  if (typeof choice === 'string')
    return ['none', 'auto', 'required'].includes(choice)
      ? null
      : invalidValue(choice, ['none', 'auto', 'required'], 'tool_choice');
  if (!isObject(choice)) return null;
  const chosen = choice['type'] === 'allowed_tools' ? (choice['tools'] as Body[]) : [choice];
  const stranger = chosen.find(({ type, name }) => (type === 'function' || type === 'custom') && !names.has(name));
  return stranger
    ? refuse(`Tool choice '${String(stranger['name'])}' not found in 'tools' parameter.`, null, 'tool_choice')
    : null;
}
