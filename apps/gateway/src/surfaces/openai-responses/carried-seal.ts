import { readSeal, type Seal, writeSeal } from '@tokenbay/protocol';

/** What a seal belongs to. Responses has a field for the seal of reasoning alone, so that any other travels in a reasoning item with a mark. */
export type SealedKind = 'reasoning' | 'redacted' | 'tool_call' | 'text';

const FORMAT = 'openai-responses';
const MARKED = /^(redacted|tool_call|text):/;

/** The seal as a client keeps it in `encrypted_content`. */
export function carrySeal(seal: Seal, kind: SealedKind): string {
  return writeSeal(kind === 'reasoning' ? seal : { ...seal, value: `${kind}:${seal.value}` }, FORMAT);
}

/** Reads what `carrySeal` wrote, or what the client got from OpenAI. Undefined where there is none. */
export function readCarriedSeal(carried: unknown): { seal: Seal; kind: SealedKind } | undefined {
  const seal = readSeal(carried, FORMAT);
  if (!seal) return undefined;
  const [mark = '', kind] = seal.format === FORMAT ? [] : (MARKED.exec(seal.value) ?? []);
  if (kind === undefined) return { seal, kind: 'reasoning' };
  return { seal: { ...seal, value: seal.value.slice(mark.length) }, kind: kind as SealedKind };
}
