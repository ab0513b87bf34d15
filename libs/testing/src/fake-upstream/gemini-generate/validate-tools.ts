import { type Body, isObject } from './shapes.js';
import { unknownName } from './validate-contents.js';

const NAME = /^[a-zA-Z_][\w.:-]{0,127}$/;
const TOOLS = [
  'functionDeclarations',
  'googleSearch',
  'codeExecution',
  'urlContext',
  'googleMaps',
  'computerUse',
  'fileSearch',
];
const DECLARATION = [
  'name',
  'description',
  'parameters',
  'parametersJsonSchema',
  'response',
  'responseJsonSchema',
  'behavior',
];
const MODES = ['AUTO', 'ANY', 'NONE', 'VALIDATED'];

/** What Google would refuse a request's tools for, or null. */
export function validateTools({ tools, toolConfig, generationConfig }: Body, model: string): string | null {
  const names = new Set<unknown>();
  for (const [index, tool] of ((tools ?? []) as unknown[]).entries()) {
    const at = `tools[${index}]`;
    if (!isObject(tool)) return `Invalid value at '${at}'`;
    const stranger = Object.keys(tool).find((key) => !TOOLS.includes(key));
    if (stranger) return unknownName(stranger, at);
    for (const declaration of (tool['functionDeclarations'] ?? []) as Body[]) {
      const problem = validateDeclaration(declaration, `${at}.function_declarations`);
      if (problem) return problem;
      if (names.has(declaration['name'])) return `Duplicate function declaration found: ${String(declaration['name'])}`;
      names.add(declaration['name']);
    }
  }
  const mimeType = (generationConfig as Body | undefined)?.['responseMimeType'];
  if (names.size > 0 && mimeType === 'application/json' && !/^gemini-[3-9]/.test(model))
    return "Function calling with a response mime type: 'application/json' is unsupported";
  return validateChoice(toolConfig, names);
}

function validateDeclaration(declaration: Body, at: string): string | null {
  const stranger = Object.keys(declaration).find((key) => !DECLARATION.includes(key));
  if (stranger) return unknownName(stranger, at);
  if (!NAME.test(String(declaration['name']))) return `Invalid function name at '${at}'.`;
  if (declaration['parameters'] !== undefined && declaration['parametersJsonSchema'] !== undefined)
    return 'Only one of parameters and parameters_json_schema may be set.';
  return validateSchema(declaration['parametersJsonSchema'], at);
}

/** Beside a reference only fields with a `$` may stand, wherever it is. */
function validateSchema(schema: unknown, at: string): string | null {
  if (typeof schema !== 'object' || schema === null) return null;
  if ('$ref' in schema) {
    const beside = Object.keys(schema).find((key) => !key.startsWith('$'));
    if (beside) return `${at}: ${beside} may not be set beside $ref`;
  }
  for (const inner of Object.values(schema)) {
    const problem = validateSchema(inner, at);
    if (problem) return problem;
  }
  return null;
}

function validateChoice(toolConfig: unknown, names: ReadonlySet<unknown>): string | null {
  const config = (toolConfig as { functionCallingConfig?: Body } | undefined)?.functionCallingConfig;
  if (!config) return null;
  const { mode = 'AUTO', allowedFunctionNames: allowed = [] } = config;
  if (!MODES.includes(String(mode))) return 'Invalid value at tool_config.function_calling_config.mode';
  if (mode === 'ANY' && names.size === 0) return 'Function calling config is set without function_declarations.';
  const listed = allowed as unknown[];
  if (listed.length > 0 && mode !== 'ANY' && mode !== 'VALIDATED')
    return 'Allowed function names can only be set when the function calling mode is ANY or VALIDATED.';
  const missing = listed.find((name) => !names.has(name));
  return missing === undefined ? null : `${String(missing)} is not found in function_declarations`;
}
