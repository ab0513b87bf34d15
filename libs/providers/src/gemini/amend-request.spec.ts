import { DroppedFields } from '@tokenbay/protocol';
import { amendRequest } from './amend-request.js';

const FOREIGN = Buffer.from('tokenbay.anthropic-messages.EqQB').toString('base64');
const called = { functionCall: { name: 'f', args: {} } };
const skipped = { thoughtSignature: 'skip_thought_signature_validator' };
const user = { role: 'user', parts: [{ text: 'x' }] };
const model = (...parts: object[]) => ({ role: 'model', parts });

function amend(body: object, upstreamModel = 'gemini-3-pro-preview', outputTokensMax?: number) {
  const dropped = new DroppedFields();
  const terms = { upstreamModel, isStream: false, outputTokensMax, outputTokensHeld: 9_000, dropped };
  return { request: amendRequest({ ...body }, terms) as Record<string, unknown>, dropped: dropped.list };
}

describe('a request of generateContent on its way to Gemini', () => {
  it('keeps every field that we do not know, and every turn that is its own', () => {
    const contents = [user, model({ text: 'hm', thought: true, thoughtSignature: 'CiQB' }), user];
    const body = { contents, invented: { a: 1 }, generationConfig: { topK: 3 } };
    expect(amend(body)).toEqual({ request: body, dropped: [] });
    expect(amend(body).request['contents']).toBe(contents);
  });

  it('names no model, stores nothing, and has its limit lowered', () => {
    const body = { model: 'models/public', store: true, contents: [user], generationConfig: { topK: 3 } };
    expect(amend(body, 'm', 300).request).toEqual({
      ...{ store: false, contents: [user], generationConfig: { topK: 3, maxOutputTokens: 300 } },
    });
    expect(amend({ contents: user }, 'm', 300).request).toEqual({
      ...{ contents: user, generationConfig: { maxOutputTokens: 300 } },
    });
  });

  it('comes without what other providers sealed', () => {
    const foreign = { thoughtSignature: FOREIGN };
    const contents = [
      user,
      model({ text: 'hm', thought: true, ...foreign }),
      model({ text: 'Yes.', ...foreign }, { text: 'hm', thought: true, ...foreign }),
    ];
    const { request, dropped } = amend({ contents });
    expect(request['contents']).toEqual([user, model({ text: 'Yes.' })]);
    expect(dropped).toEqual(['contents.thought']);
  });

  it('has a signature on the first call of every step where the model demands one', () => {
    const contents = [user, model({ text: 'a' }, called, called), model({ ...called, thoughtSignature: 'CiQB' })];
    const { request } = amend({ contents });
    expect(request['contents']).toEqual([user, model({ text: 'a' }, { ...called, ...skipped }, called), contents[2]]);
    const foreign = [user, model({ ...called, thoughtSignature: FOREIGN })];
    expect(amend({ contents: foreign }).request['contents']).toEqual([user, model({ ...called, ...skipped })]);
    expect(amend({ contents }, 'gemini-2.5-flash').request['contents']).toBe(contents);
  });
});
