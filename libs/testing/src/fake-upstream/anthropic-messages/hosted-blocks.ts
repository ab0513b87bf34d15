import type { Behaviour } from '../behaviours.js';
import { allowedCalls, wantedCalls } from '../hosted-calls.js';
import { type Body, isObject } from './blocks.js';

/** A call of a tool that the provider ran, or its result. */
export type HostedBlock =
  | { type: 'server_tool_use'; pieces: string[]; id: string; name: string }
  | { type: 'hosted_result'; pieces: string[]; id: string; name: string; error: string | null };

const HOSTED = /^(web_search|web_fetch|advisor|code_execution)_\d{8}$/;
const COUNTED = ['web_search', 'web_fetch'];
const INPUT = ['{"', 'query', '": "', 'bay', '"}'];

/** What is wrong with a tool that the provider runs, or null; every other tool is none. */
export function validateHosted({ type, name, max_uses: uses }: Body, at: string): string | null {
  const tool = HOSTED.exec(String(type))?.[1];
  if (tool === undefined) return null;
  if (name !== tool) return `${at}.${String(type)}.name: Input should be '${tool}'`;
  if (uses === undefined || uses === null) return null;
  if (tool === 'code_execution') return `${at}.${String(type)}.max_uses: Extra inputs are not permitted`;
  if (!Number.isInteger(uses)) return `${at}.${String(type)}.max_uses: Input should be a valid integer`;
  return Number(uses) > 0 ? null : `${at}.${String(type)}.max_uses: Input should be greater than 0`;
}

/** The calls of the first hosted tool on offer, each with its result: those beyond `max_uses` are answered with an error. */
export function composeHosted(body: Body, behaviour: Behaviour): HostedBlock[] {
  const tool = ((body['tools'] ?? []) as unknown[]).filter(isObject).find(({ type }) => HOSTED.test(String(type)));
  if (!tool) return [];
  const name = String(tool['name']);
  const usesMax = allowedCalls(tool['max_uses'], behaviour);
  return wantedCalls(behaviour).flatMap((action, index): HostedBlock[] => {
    const id = `srvtoolu_01Fake${index}`;
    const error = index >= usesMax ? 'max_uses_exceeded' : action === 'failed' ? 'unavailable' : null;
    return [
      { type: 'server_tool_use', pieces: INPUT, id, name },
      { type: 'hosted_result', pieces: [], id, name, error },
    ];
  });
}

/** What the usage tells of them: the searches and fetches that succeeded; null where none was tried. */
export function countHosted(blocks: readonly { type: string }[]): Record<string, number> | null {
  const results = (blocks as readonly HostedBlock[]).filter((block) => block.type === 'hosted_result');
  if (results.length === 0) return null;
  const count = (tool: string): number => results.filter(({ name, error }) => name === tool && error === null).length;
  return Object.fromEntries(COUNTED.map((tool) => [`${tool}_requests`, count(tool)]));
}

/** The result as it stands in a message. */
export function resultOf({ id, name, error }: Extract<HostedBlock, { type: 'hosted_result' }>): object {
  const failure = error === null ? undefined : { type: `${name}_tool_result_error`, error_code: error };
  const page = { type: 'web_search_result', url: 'https://a.example/bay', title: 'A bay', encrypted_content: 'EqFake' };
  const found = name === 'web_search' ? [page] : { type: `${name}_result`, text: 'A bay.' };
  return { type: `${name}_tool_result`, tool_use_id: id, content: failure ?? found };
}
