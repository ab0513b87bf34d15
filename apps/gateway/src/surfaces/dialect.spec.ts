import { dialectOf } from './dialect.js';

describe('the dialect of a path', () => {
  it.each([
    ['/v1/chat/completions', 'openai'],
    ['/v1/models', 'openai'],
    ['/v1/models/gpt-4.1', 'openai'],
    ['/v1/models/llama3:8b', 'openai'],
    ['/v1/models/ft:gpt-4:org::id', 'openai'],
    ['/', 'openai'],
    ['', 'openai'],
    ['*', 'openai'],
    ['/nowhere', 'openai'],
    ['/v1/messagesx', 'openai'],
    ['/V1/messages', 'openai'],
    ['/v1betax/models', 'openai'],
    ['/v1/messages', 'anthropic'],
    ['/v1/messages/count_tokens', 'anthropic'],
    ['/v1/messages/batches/1', 'anthropic'],
    ['/v1beta/models', 'gemini'],
    ['/v1beta', 'gemini'],
    ['/v1beta/models/a:generateContent', 'gemini'],
    ['/v1/models/a:generateContent', 'gemini'],
    ['/v1/models/a/b:c:streamGenerateContent', 'gemini'],
    ['/v1/models/a%2Fb%3Ac%3AcountTokens', 'gemini'],
    ['/v1/models/a:predictLongRunning', 'gemini'],
  ])('%s speaks %s, with any query', (path, dialect) => {
    for (const query of ['', '?beta=true', '?alt=sse&key=x', '?/v1/messages', '?x=:generateContent', '#/v1beta/'])
      expect(dialectOf(path + query)).toBe(dialect);
  });
});
