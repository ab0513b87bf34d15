import { DomainError } from '@tokenbay/errors';
import { toErrorView } from '@tokenbay/platform';
import * as anthropic from './anthropic-messages/error.js';
import { dialectErrorRenderer } from './dialect-error-renderer.js';
import * as gemini from './gemini-generate/error.js';
import * as openai from './openai-chat/error.js';

const ID = '0190c3a4-0000-7000-8000-000000000000';
const timeout = toErrorView(new DomainError('upstream_timeout', undefined, { message: 'Too late.' }), ID);
const invalid = toErrorView(
  new DomainError('invalid_request', undefined, { message: 'Line\n"quoted"\u2028.', param: 'model' }),
  ID,
);

describe('errors before an answer has begun', () => {
  it('have the form of the OpenAI dialect', () => {
    expect(openai.renderError(timeout)).toBe(
      '{"error":{"message":"Too late.","type":"timeout_error","param":null,"code":"upstream_timeout"}}',
    );
    expect(JSON.parse(openai.renderError(invalid))).toMatchObject({ error: { param: 'model' } });
  });

  it('have the form of the Anthropic dialect', () => {
    expect(anthropic.renderError(timeout)).toBe(
      `{"type":"error","error":{"type":"timeout_error","message":"Too late.","code":"upstream_timeout","details":{"error_code":"upstream_timeout"}},"request_id":"${ID}"}`,
    );
  });

  it('have the form of the Gemini dialect, with our string as code', () => {
    expect(gemini.renderError(timeout)).toBe(
      '{"error":{"message":"Too late.","type":"timeout_error","code":"upstream_timeout","status":"DEADLINE_EXCEEDED"}}',
    );
  });

  it('take the dialect of the path', () => {
    const bodyAt = (url: string) => JSON.parse(dialectErrorRenderer.render(timeout, { url }).body) as object;
    expect(bodyAt('/v1/messages?beta=true')).toHaveProperty('request_id', ID);
    expect(bodyAt('/v1beta/models/a:generateContent')).toHaveProperty('error.status');
    expect(bodyAt('/v1/chat/completions')).toHaveProperty('error.param', null);
  });

  it('are for both of its readers where Google’s library shares a path with OpenAI’s, and nowhere else', () => {
    const headers = { 'x-goog-api-key': 'sk-x' };
    const bodyAt = (url: string) => JSON.parse(dialectErrorRenderer.render(timeout, { url, headers }).body) as object;
    expect(bodyAt('/v1/models')).toMatchObject({ error: { param: null, status: 'DEADLINE_EXCEEDED' } });
    expect(bodyAt('/v1/models/a:generateContent')).not.toHaveProperty('error.param');
  });

  it('say a word of the Anthropic library’s own where that goes on by itself when it reads it', () => {
    const refused = new DomainError('not_implemented', 'thread', { dialectCode: 'thread_unsupported_request' });
    expect(JSON.parse(anthropic.renderError(toErrorView(refused, ID)))).toMatchObject({
      error: { code: 'not_implemented', details: { error_code: 'thread_unsupported_request' } },
    });
  });
});

describe('errors in the middle of a stream', () => {
  it('are one event of a chat stream', () => {
    expect(openai.renderStreamError(timeout)).toBe(
      'data: {"error":{"message":"Too late.","type":"timeout_error","param":null,"code":"upstream_timeout"}}\n\n',
    );
  });

  it('are one event of a messages stream', () => {
    expect(anthropic.renderStreamError(timeout)).toBe(
      `event: error\ndata: {"type":"error","error":{"type":"timeout_error","message":"Too late.","code":"upstream_timeout","details":{"error_code":"upstream_timeout"}},"request_id":"${ID}"}\n\n`,
    );
  });

  it('are one event or the last element of a Gemini stream, with a number as code', () => {
    const json =
      '{"error":{"code":504,"message":"Too late.","status":"DEADLINE_EXCEEDED","type":"timeout_error","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"upstream_timeout","domain":"gateway"}]}}';
    expect(gemini.renderStreamError(timeout)).toBe(`data: ${json}\r\n\r\n`);
    expect(gemini.renderArrayStreamError(timeout, true)).toBe(`,${json}]`);
    expect(gemini.renderArrayStreamError(timeout, false)).toBe(`[${json}]`);
  });

  it('stay one line of the stream whatever the message holds', () => {
    for (const text of [
      openai.renderStreamError(invalid),
      anthropic.renderStreamError(invalid),
      gemini.renderStreamError(invalid),
    ])
      expect(
        text
          .trimEnd()
          .split(/\r?\n/)
          .filter((line) => line.startsWith('data: ')),
      ).toHaveLength(1);
  });
});
