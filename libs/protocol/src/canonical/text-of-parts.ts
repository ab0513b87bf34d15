import type { OutputPart } from './content.js';

/** Everything in an answer's parts that the model wrote, for counting where the upstream reports no usage. */
export function textOfParts(parts: readonly OutputPart[]): string {
  let text = '';
  for (const part of parts) {
    if (part.type === 'tool_call') text += part.name + part.input;
    else if (part.type === 'audio') text += part.transcript ?? '';
    else if (part.type !== 'image') text += part.text;
  }
  return text;
}
