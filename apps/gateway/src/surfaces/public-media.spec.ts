import { readMessagesCall } from './anthropic-messages/request.js';
import { readGenerateCall } from './gemini-generate/request.js';
import { readChatCall } from './openai-chat/request.js';
import { readEditCall } from './openai-images/edit-request.js';
import { readGenerationCall } from './openai-images/request.js';
import { readModerationsCall } from './openai-moderations/request.js';
import { readResponsesCall } from './openai-responses/request.js';
import { readRerankCall } from './rerank/request.js';
import { readVideoCall } from './videos/request.js';

const INSIDE = 'http://169.254.169.254/latest/meta-data';
const DATA = 'data:image/png;base64,iVBORw0KGgo=';

const chat = (content: unknown) =>
  readChatCall({ model: 'm', messages: [{ role: 'user', content: 'Look' }, Object(content)] }, 100, {});
const user = (...parts: unknown[]) => chat({ role: 'user', content: [{ type: 'text', text: INSIDE }, ...parts] });
const responses = (...items: unknown[]) => readResponsesCall({ model: 'm', input: items }, 100, {});
const messages = (...content: unknown[]) =>
  readMessagesCall({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content }] }, 100, {});
const gemini = (fileUri: string) => {
  const contents = [{ parts: [{ text: INSIDE }, { fileData: { mimeType: 'image/png', fileUri } }] }];
  return readGenerateCall({
    ...{ model: 'm', body: { contents } },
    request: { bodyBytes: 100, headers: {}, query: {} },
  });
};
const image = (url: string) => ({ type: 'image', source: { type: 'url', url } });

type Case = [where: string, param: string, read: (url: string) => unknown];

const CASES: Case[] = [
  ['a chat', 'messages[1].content[1].image_url.url', (url) => user({ type: 'image_url', image_url: { url } })],
  ['a chat, in short', 'messages[1].content[1].image_url', (url) => user({ type: 'image_url', image_url: url })],
  [
    'a chat with film',
    'messages[1].content[1].video_url.url',
    (url) => user({ type: 'video_url', video_url: { url } }),
  ],
  ['a chat in capitals', 'messages[1].content[1].Image_URL.URL', (url) => user({ type: 'x', Image_URL: { URL: url } })],
  ['a chat with stills', 'messages[1].content[1].video[1]', (url) => user({ type: 'video', video: [DATA, url] })],
  [
    'a chat with sound',
    'messages[1].content[1].input_audio.data',
    (data) => user({ type: 'input_audio', input_audio: { data, format: 'wav' } }),
  ],
  [
    'a chat with a file',
    'messages[1].content[1].file.file_data',
    (url) => user({ type: 'file', file: { file_data: url } }),
  ],
  [
    'a text of a chat',
    'messages[1].content[1].image_url.url',
    (url) => user({ type: 'text', text: 'x', uuid: '1', image_url: { url } }),
  ],
  [
    'a chat, in capitals',
    'messages[1].content[1].Image_URL.URL',
    (url) => user({ type: 'x', Image_URL: { URL: url } }),
  ],
  ['a chat with several', 'messages[1].content[1].image_urls[0]', (url) => user({ type: 'x', image_urls: [url] })],
  [
    'pictures of a message',
    'messages[1].images[0].image_url.url',
    (url) => chat({ role: 'assistant', images: [{ image_url: { url } }] }),
  ],
  [
    'a tool of a chat',
    'messages[1].content[0].image_url.url',
    (url) => chat({ role: 'tool', tool_call_id: 'c', content: [{ type: 'image_url', image_url: { url } }] }),
  ],
  [
    'a response',
    'input[0].content[1].image_url',
    (url) =>
      responses({
        role: 'user',
        content: [
          { type: 'input_text', text: INSIDE },
          { type: 'input_image', image_url: url },
        ],
      }),
  ],
  [
    'a response that looks like output of a shell',
    'input[0].content[0].image_url',
    (url) => responses({ role: 'user', content: [{ type: 'input_image', image_url: url, stdout: '', stderr: '' }] }),
  ],
  [
    'a text of a response',
    'input[0].content[0].image_url',
    (url) => responses({ role: 'user', content: [{ type: 'input_text', text: 'x', image_url: url }] }),
  ],
  [
    'a response with a file',
    'input[0].content[0].file_url',
    (url) => responses({ role: 'user', content: [{ type: 'input_file', file_url: url }] }),
  ],
  [
    'a tool of a response',
    'input[0].output[0].image_url',
    (url) =>
      responses({ type: 'function_call_output', call_id: 'c', output: [{ type: 'input_image', image_url: url }] }),
  ],
  [
    'a screenshot of a response',
    'input[0].output.image_url',
    (url) =>
      responses({
        type: 'computer_call_output',
        call_id: 'c',
        output: { type: 'computer_screenshot', image_url: url },
      }),
  ],
  ['a message', 'messages[0].content[1].source.url', (url) => messages({ type: 'text', text: INSIDE }, image(url))],
  [
    'a tool of a message',
    'messages[0].content[0].content[0].source.url',
    (url) => messages({ type: 'tool_result', tool_use_id: 't', content: [image(url)] }),
  ],
  [
    'a document of a message',
    'messages[0].content[0].source.content[0].source.url',
    (url) => messages({ type: 'document', source: { type: 'content', content: [image(url)] } }),
  ],
  [
    'the data of a message',
    'messages[0].content[0].source.data',
    (data) => messages({ type: 'image', source: { type: 'base64', media_type: 'image/png', data } }),
  ],
  ['a Gemini content', 'contents[0].parts[1].fileData.fileUri', gemini],
  [
    'a picture to be edited',
    'images[0].image_url',
    (url) =>
      readEditCall(
        { fields: { model: 'm', prompt: 'x', images: [{ image_url: url }] }, files: [], form: undefined },
        100,
      ),
  ],
  ['a picture to draw from', 'image', (url) => readGenerationCall({ model: 'm', prompt: INSIDE, image: url }, 100)],
  [
    'a picture to be edited, beside another',
    'images[0].url',
    (url) =>
      readEditCall(
        { fields: { model: 'm', prompt: 'x', images: [{ image_url: DATA, url }] }, files: [], form: undefined },
        100,
      ),
  ],
  [
    'a picture to be judged',
    'input[0].image_url.url',
    (url) => readModerationsCall({ model: 'm', input: [{ type: 'image_url', image_url: { url } }] }, 100),
  ],
  [
    'a picture to be ranked',
    'documents[0].image',
    (url) => readRerankCall({ model: 'm', query: 'x', documents: [{ image: url, url: INSIDE }] }, 100),
  ],
  ['a first picture of a video', 'image', (url) => readVideoCall({ fields: { prompt: 'x', image: url }, files: [] })],
];

describe.each(CASES)('an address in %s', (_, param, read) => {
  it.each([INSIDE, 'http://localhost:8000/a.png', 'https://127.1/a.png', 'http://[::1]/a.png', 'http://redis/a.png'])(
    'is refused by the field where it leads inside: %s',
    (url) => {
      const refusal = { code: 'invalid_request', options: expect.objectContaining({ param }) };
      expect(() => read(url)).toThrow(expect.objectContaining(refusal));
    },
  );

  it.each(['https://images.example/a.png', 'http://images.example/a.png'])('is left alone where it is %s', (url) => {
    expect(() => read(url)).not.toThrow();
  });
});

describe('what is no address', () => {
  it('is refused where a part has more fields than any has', () => {
    const fields = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`a${index}`, 1]));
    expect(() => user({ type: 'text', text: 'x', ...fields })).toThrow('invalid_request');
    expect(() => user({ type: 'image_url', image_url: fields })).toThrow('invalid_request');
  });

  it.each(['file:///etc/passwd', 'ftp://images.example/a.png', '/etc/passwd.png', 'iVBORw0KGgo='])(
    'is refused where one must stand: %s',
    (url) => {
      expect(() => user({ type: 'image_url', image_url: { url } })).toThrow('invalid_request');
      expect(() => messages(image(url))).toThrow('invalid_request');
    },
  );

  it.each([
    ['file:///etc/passwd', 'invalid_request'],
    ['ftp://images.example/a.png', 'invalid_request'],
    ['gs://bucket/a.png', 'not_implemented'],
    ['files/a', 'not_implemented'],
    [DATA, 'not_implemented'],
  ])('is told from what Google keeps: %s', (uri, code) => expect(() => gemini(uri)).toThrow(code));

  it('is left alone: data, words that name one, and what was found on the web', () => {
    const { length } = DATA;
    expect(() => user({ type: 'image_url', image_url: { url: DATA } })).not.toThrow();
    expect(() =>
      user({ type: 'input_audio', input_audio: { data: DATA.slice(length - 12), format: 'wav' } }),
    ).not.toThrow();
    expect(() => responses({ role: 'user', content: [{ type: 'input_image', image_url: DATA }] })).not.toThrow();
    const source = { type: 'base64', media_type: 'image/png', data: DATA.slice(length - 12) };
    expect(() => messages({ type: 'image', source })).not.toThrow();
    const words = { type: 'text', media_type: 'text/plain', data: INSIDE };
    const found = {
      type: 'web_search_tool_result',
      content: [{ type: 'web_search_result', url: 'http://localhost/' }],
    };
    expect(() => messages({ type: 'document', title: INSIDE, context: INSIDE, source: words }, found)).not.toThrow();
    const annotations = [{ type: 'url_citation', url: INSIDE }];
    expect(() =>
      responses({ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'x', annotations }] }),
    ).not.toThrow();
  });
});
