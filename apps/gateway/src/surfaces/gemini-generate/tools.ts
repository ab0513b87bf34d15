import type { DroppedFields, ToolChoice, ToolDefinition } from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import { needText, readObject, readObjects, readText, readWord } from '../body-reader.js';
import { toJsonSchema } from './open-api-schema.js';

const MODES = ['MODE_UNSPECIFIED', 'AUTO', 'ANY', 'NONE', 'VALIDATED'] as const;
/** Of a declaration: what it answers, and how it is waited for. */
const HINTS = ['response', 'responseJsonSchema', 'behavior'];

/** Reads the tools on offer; those that the provider runs are named by their field. */
export function readTools(body: JsonObject, dropped: DroppedFields): ToolDefinition[] {
  return readObjects(body['tools'], 'tools').flatMap((tool, index) => {
    const { functionDeclarations, ...hosted } = tool;
    const at = `tools[${index}].functionDeclarations`;
    return [
      ...readObjects(functionDeclarations, at).map((one, place) => readDeclaration(one, `${at}[${place}]`, dropped)),
      ...Object.entries(hosted)
        .filter(([, value]) => value !== undefined && value !== null)
        .map(([type]) => ({ kind: 'hosted' as const, type, format: 'gemini-generate' as const, definition: tool })),
    ];
  });
}

/** Reads which functions the model may or must call. */
export function readToolChoice(body: JsonObject): ToolChoice | undefined {
  const at = 'toolConfig.functionCallingConfig';
  const config = readObject(readObject(body['toolConfig'], 'toolConfig')?.['functionCallingConfig'], at);
  if (!config) return undefined;
  const mode = readWord(config['mode'], MODES, `${at}.mode`);
  const allowed = config['allowedFunctionNames'];
  const names = Array.isArray(allowed) ? allowed.map((name) => needText(name, `${at}.allowedFunctionNames`)) : [];
  if (mode === 'NONE') return { mode: 'none' };
  if (mode !== 'ANY') {
    if (names.length > 0) return { mode: 'allowed', names, isRequired: false };
    return mode === 'AUTO' || mode === 'VALIDATED' ? { mode: 'auto' } : undefined;
  }
  const [first, ...others] = names;
  if (first === undefined) return { mode: 'required' };
  return others.length === 0 ? { mode: 'named', name: first } : { mode: 'allowed', names, isRequired: true };
}

function readDeclaration(declaration: JsonObject, at: string, dropped: DroppedFields): ToolDefinition {
  for (const hint of HINTS) dropped.dropIfSet(`tools.${hint}`, declaration[hint]);
  const description = readText(declaration['description'], `${at}.description`);
  const schema = readObject(declaration['parametersJsonSchema'], `${at}.parametersJsonSchema`);
  const openApi = readObject(declaration['parameters'], `${at}.parameters`);
  const parameters = schema ?? (openApi && toJsonSchema(openApi));
  return {
    kind: 'function',
    name: needText(declaration['name'], `${at}.name`),
    ...(description !== undefined && { description }),
    ...(parameters && { parameters }),
  };
}
