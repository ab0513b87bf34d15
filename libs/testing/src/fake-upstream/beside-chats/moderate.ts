import { type Interface, refusal, refuseUnknown } from './answer-with.js';

const CATEGORIES = ['harassment', 'hate', 'illicit', 'self-harm', 'sexual', 'violence'];
let lastId = 0;

/** `POST /v1/moderations`: whatever says "attack" is flagged. No usage is reported. */
export const moderate: Interface = {
  refuse(body) {
    const unknown = refuseUnknown(body, ['model', 'input']);
    if (unknown) return unknown;
    const { input } = body;
    const isList = Array.isArray(input) && input.length > 0;
    const isGood = isList && (input.every((item) => typeof item === 'string') || input.every(isPart));
    return typeof input === 'string' || isGood ? null : refusal("'$.input' is invalid.", 'input');
  },
  answer({ input, model }) {
    const isTexts = Array.isArray(input) && typeof input[0] === 'string';
    const judged = isTexts ? (input as string[]) : [JSON.stringify(input)];
    const id = `modr-Fake${(++lastId).toString(36)}`;
    return { id, body: { id, model, results: judged.map(judge) } };
  },
};

function judge(text: string): object {
  const flagged = text.includes('attack');
  const isHit = (category: string): boolean => flagged && category === 'violence';
  return {
    flagged,
    categories: Object.fromEntries(CATEGORIES.map((category) => [category, isHit(category)])),
    category_scores: Object.fromEntries(CATEGORIES.map((category) => [category, isHit(category) ? 0.9 : 0.001])),
  };
}

function isPart(part: unknown): boolean {
  const {
    type,
    text,
    image_url: image,
  } = (part ?? {}) as { type?: string; text?: unknown; image_url?: { url?: string } };
  if (type === 'text') return typeof text === 'string';
  return type === 'image_url' && /^(https:\/\/|data:image\/)/.test(image?.url ?? '');
}
