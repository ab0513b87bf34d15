import { readBaseUrl } from './read-base-url.js';

describe('the base URL of a channel', () => {
  it.each([
    ['https://api.openai.com', 'https://api.openai.com/v1'],
    ['https://api.openai.com/', 'https://api.openai.com/v1'],
    ['https://api.openai.com/v1', 'https://api.openai.com/v1'],
    ['https://api.openai.com/v1///', 'https://api.openai.com/v1'],
    ['http://127.0.0.1:8000', 'http://127.0.0.1:8000/v1'],
    ['HTTPS://Example.COM:443/Api/v2/', 'https://example.com/Api/v2'],
    ['https://example.com/completions/v1', 'https://example.com/completions/v1'],
    ['http://[::1]:9/openai', 'http://[::1]:9/openai'],
  ])('%s is kept as %s', (text, baseUrl) => {
    expect(readBaseUrl(text, 'openai')).toEqual({ baseUrl });
  });

  it.each([
    ['https://r.openai.azure.com', 'https://r.openai.azure.com/openai/v1'],
    [
      'https://r.openai.azure.com/openai/v1/?api-version=preview',
      'https://r.openai.azure.com/openai/v1?api-version=preview',
    ],
    [
      'https://r.openai.azure.com/openai/deployments/?api-version=2024-10-21',
      'https://r.openai.azure.com/openai/deployments?api-version=2024-10-21',
    ],
  ])('%s is kept as %s, with its version where it is Azure’s', (text, baseUrl) => {
    expect(readBaseUrl(text, 'azure-openai')).toEqual({ baseUrl });
  });

  it.each([
    'https://r.openai.azure.com/openai/deployments/gpt',
    'https://r.openai.azure.com/openai/v1?api-version=',
    'https://r.openai.azure.com/openai/v1?api-version=1&key=2',
    'https://r.openai.azure.com/openai/v1?api-version=1#x',
    'https://r.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2024-10-21',
  ])('%s is refused where it is Azure’s', (text) => {
    expect(readBaseUrl(text, 'azure-openai')).toEqual({ problem: expect.stringMatching(/^ must .*\.$/) });
  });

  it.each([
    'ftp://example.com',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://user:secret@example.com',
    'https://user@example.com',
    'https://example.com/v1?key=1',
    'https://example.com/v1?',
    'https://example.com/#',
    'https://example.com/v1/chat/completions',
    'https://example.com/v1/Chat/Completions/',
    'https://example.com/v1/responses',
    'https://',
    'example.com/v1',
    '/v1',
    '',
    ' https://example.com',
    'https://exa\tmple.com',
    'https:\\\\example.com',
    `https://example.com/${'a'.repeat(2_048)}`,
  ])('%j is refused', (text) => {
    const reading = readBaseUrl(text, 'openai-compatible');
    expect(reading).toEqual({ problem: expect.stringMatching(/^ must .*\.$/) });
  });
});
