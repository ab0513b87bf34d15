import { cleanMessage } from './clean-message.js';

describe('the sentence of an upstream', () => {
  it.each([
    'https://api.example.com/v1/x?key=1',
    'api.openai.eu',
    '10.0.0.7:8000',
    '[fd00::1]:8080',
    'vm-openai:8000',
    'localhost:11434',
    'sk-abc123def456',
    'gsk_abcdefghij1234567890',
    'AKIAIOSFODNN7EXAMPLE1',
    'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9',
    '0123456789abcdef0123456789abcdef',
    'org-a1B2c3D4',
    'Bearer abc.def.ghi',
  ])('does not name %s', (secret) => {
    expect(cleanMessage(`It failed at ${secret} today`)).not.toContain(secret);
    expect(cleanMessage(`It failed at ${secret} today`)).toMatch(/^It failed at .* today$/);
  });

  it('keeps what a client needs to understand it', () => {
    for (const sentence of [
      "Invalid 'temperature': must be <= 2.",
      'messages[0].content: expected a string.',
      "This model's maximum context length is 128000 tokens.",
      "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
      'response_format.json_schema.strict must be true',
    ])
      expect(cleanMessage(sentence)).toBe(sentence);
  });

  it('holds no control characters or halves of characters, and is bounded', () => {
    expect(cleanMessage('a\u0000b\ud800c\nd')).toBe('a b c d');
    expect(cleanMessage('word '.repeat(1_000)).length).toBeLessThanOrEqual(1_000);
  });
});
