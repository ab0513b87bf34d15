import {
  type Body,
  checksSignatures,
  type Content,
  isObject,
  type Part,
  SIGNATURE_PREFIX,
  SKIPPED_SIGNATURE,
} from './shapes.js';

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
/** What a part says, of which there is exactly one, and what it may say besides. */
const DATA = [
  'text',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
];
const BESIDES = ['thought', 'thoughtSignature', 'videoMetadata', 'mediaResolution'];
const FIELDS: Record<string, readonly string[]> = {
  inlineData: ['mimeType', 'data'],
  fileData: ['mimeType', 'fileUri'],
  functionCall: ['id', 'name', 'args'],
  functionResponse: ['id', 'name', 'response', 'parts', 'scheduling', 'willContinue'],
};

/** What Google would refuse a conversation for, or null. */
export function validateContents(body: Body, model: string): string | null {
  const contents = body['contents'];
  if (!Array.isArray(contents) || contents.length === 0)
    return '* GenerateContentRequest.contents: contents is not specified';
  for (const [index, content] of contents.entries()) {
    const problem = validateContent(content, `contents[${index}]`);
    if (problem) return problem;
  }
  const instruction = body['systemInstruction'];
  if (instruction !== undefined) {
    const problem = validateContent(instruction, 'system_instruction');
    if (problem) return problem;
    if ((instruction as Content).parts.some((part) => part['text'] === undefined))
      return 'System instruction only supports text.';
  }
  return validateCalls(contents as Content[]) ?? validateSignatures(contents as Content[], model);
}

function validateContent(content: unknown, at: string): string | null {
  if (!isObject(content)) return `Invalid value at '${at}'`;
  const stranger = Object.keys(content).find((key) => key !== 'role' && key !== 'parts');
  if (stranger) return unknownName(stranger, at);
  const { role, parts } = content;
  if (role !== undefined && !['user', 'model', 'function'].includes(String(role)))
    return 'Please use a valid role: user, model.';
  if (!Array.isArray(parts) || parts.length === 0) return `* GenerateContentRequest.${at}.parts: must not be empty.`;
  for (const [index, part] of parts.entries()) {
    const problem = validatePart(part, `${at}.parts[${index}]`);
    if (problem) return problem;
  }
  return null;
}

function validatePart(part: unknown, at: string): string | null {
  if (!isObject(part)) return `Invalid value at '${at}'`;
  const stranger = Object.keys(part).find((key) => !DATA.includes(key) && !BESIDES.includes(key));
  if (stranger) return unknownName(stranger, at);
  const said = DATA.filter((key) => part[key] !== undefined);
  if (said.length !== 1)
    return `* GenerateContentRequest.${at}.data: required oneof field 'data' must have one initialized field`;
  for (const [field, known] of Object.entries(FIELDS)) {
    const value = part[field];
    if (value === undefined) continue;
    if (!isObject(value)) return `Invalid value at '${at}.${field}'`;
    const unknown = Object.keys(value).find((key) => !known.includes(key));
    if (unknown) return unknownName(unknown, `${at}.${field}`);
  }
  return validateData(part, at);
}

function validateData(part: Part, at: string): string | null {
  const { text, inlineData, fileData, functionCall, functionResponse, thoughtSignature } = part as Record<string, Body>;
  if (text !== undefined && typeof text !== 'string') return `Invalid value at '${at}.text' (TYPE_STRING)`;
  if (thoughtSignature !== undefined && !BASE64.test(String(thoughtSignature)))
    return `Invalid value at '${at}.thought_signature' (TYPE_BYTES), Base64 decoding failed`;
  if (
    inlineData &&
    (!BASE64.test(String(inlineData['data'])) || !/^\w+\/[\w.+-]+$/.test(String(inlineData['mimeType'])))
  )
    return `Unable to process input at '${at}.inline_data'`;
  if (fileData && typeof fileData['fileUri'] !== 'string') return `Invalid value at '${at}.file_data.file_uri'`;
  for (const called of [functionCall, functionResponse])
    if (called && !/^[a-zA-Z_][\w.:-]{0,127}$/.test(String(called['name'])))
      return `* GenerateContentRequest.${at}: Name cannot be empty.`;
  if (functionCall?.['args'] !== undefined && !isObject(functionCall['args']))
    return `Invalid value at '${at}.function_call.args'`;
  if (functionResponse && !isObject(functionResponse['response']))
    return `Invalid value at '${at}.function_response.response' (type.googleapis.com/google.protobuf.Struct)`;
  return null;
}

/** Every call is answered in the content behind it, and nothing else is. */
function validateCalls(contents: readonly Content[]): string | null {
  for (const [index, { parts }] of contents.entries()) {
    const calls = parts.filter((part) => part['functionCall']);
    const before = contents[index - 1]?.parts.filter((part) => part['functionCall']).length ?? 0;
    const results = parts.filter((part) => part['functionResponse']).length;
    if (results !== before)
      return 'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.';
    if (calls.length > 0 && contents[index - 1]?.role === 'model')
      return 'Please ensure that function call turn comes immediately after a user turn or after a function response turn.';
  }
  return contents.at(-1)?.parts.some((part) => part['functionCall'])
    ? 'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.'
    : null;
}

/** In the turn that is going on, the first call of every step carries the signature that was made here. */
function validateSignatures(contents: readonly Content[], model: string): string | null {
  const parts = contents.flatMap((content) => content.parts);
  const signatures = parts.map((part) => part['thoughtSignature']).filter((value) => value !== undefined);
  if (signatures.some((value) => value !== SKIPPED_SIGNATURE && !String(value).startsWith(SIGNATURE_PREFIX)))
    return 'Corrupted thought signature.';
  if (!checksSignatures(model)) return null;
  const began = contents.findLastIndex(
    ({ role, parts: said }) => role !== 'model' && said.some((part) => part['text']),
  );
  for (const { parts: said } of contents.slice(began + 1)) {
    const first = said.find((part) => part['functionCall']);
    if (first && first['thoughtSignature'] === undefined)
      return 'Function call is missing a thought_signature in functionCall parts.';
  }
  return null;
}

/** How Google refuses a field that it does not know. */
export function unknownName(name: string, at: string): string {
  return `Invalid JSON payload received. Unknown name "${name}"${at === '' ? '' : ` at '${at}'`}: Cannot find field.`;
}
