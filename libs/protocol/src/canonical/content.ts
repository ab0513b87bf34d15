import type { Seal } from './seal.js';

/**
 * The end of a prefix that the provider is asked to keep in its prompt cache. Chat and Messages: `cache_control`; Gemini and Responses cache
 * by themselves and know no marks, so writers for them drop it silently: it changes neither the answer nor what may be charged.
 */
export interface CacheMark {
  /** Seconds: 300 (`5m`, the default) or 3600 (`1h`). */
  readonly ttlSeconds: 300 | 3600;
}

/** Where the bytes of an image, a file or audio are. Provider file ids never appear: surfaces refuse them as upstream state. */
export type MediaSource =
  | {
      readonly kind: 'base64';
      readonly mediaType: string;
      /** Base64 without a `data:` prefix. */
      readonly data: string;
    }
  | {
      readonly kind: 'url';
      readonly url: string;
      /** Gemini's `fileData.mimeType`; elsewhere unknown. */
      readonly mediaType?: string;
    }
  | {
      /** A document that is plain text: Messages `source.type: "text"`. */
      readonly kind: 'text';
      readonly text: string;
    };

/** Text. Chat `text`; Responses `input_text`, `output_text`; Messages `text`; Gemini `text` without `thought`. */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
  readonly citations?: readonly Citation[];
  readonly logprobs?: readonly TokenLogprob[];
  /** Gemini seals parts that are no thoughts as well. */
  readonly seal?: Seal;
  readonly cache?: CacheMark;
}

/** An image. Chat `image_url`; Responses `input_image`; Messages `image`; Gemini `inlineData`, `fileData` with `image/*`. */
export interface ImagePart {
  readonly type: 'image';
  readonly source: MediaSource;
  /** Chat and Responses only; harmless to drop. */
  readonly detail?: 'auto' | 'low' | 'high' | 'original';
  readonly seal?: Seal;
  readonly cache?: CacheMark;
}

/** A document, or a video. Chat `file`; Responses `input_file`; Messages `document`; Gemini `inlineData`, `fileData` of any other type. */
export interface FilePart {
  readonly type: 'file';
  readonly source: MediaSource;
  /** Chat and Responses `filename`; Messages `title`. */
  readonly name?: string;
  /** Messages `context`: words about the document that are not cited. */
  readonly context?: string;
  /** Messages `citations.enabled`. */
  readonly wantsCitations?: boolean;
  readonly cache?: CacheMark;
}

/** Audio. Chat `input_audio` and the answer's `audio`; Gemini `inlineData` with `audio/*`; Messages and Responses have none. */
export interface AudioPart {
  readonly type: 'audio';
  readonly source: MediaSource;
  /** What is said, where the model tells: Chat `audio.transcript`. */
  readonly transcript?: string;
}

/**
 * The model's reasoning. Chat `reasoning_content`, `reasoning_details`; Responses item `reasoning`; Messages `thinking`,
 * `redacted_thinking`; Gemini parts with `thought: true`.
 */
export interface ReasoningPart {
  readonly type: 'reasoning';
  /** Empty where the provider hides it. */
  readonly text: string;
  /** True for Messages `redacted_thinking`, whose seal is all there is. */
  readonly isRedacted?: boolean;
  /** Responses `rs_…`. */
  readonly id?: string;
  readonly seal?: Seal;
}

/** A refusal in words. Chat `message.refusal`; Responses part `refusal`; others answer text and a stop reason. */
export interface RefusalPart {
  readonly type: 'refusal';
  readonly text: string;
}

/** A call of a tool that the client runs. Chat `tool_calls[]`; Responses `function_call`, `custom_tool_call`; Messages `tool_use`; Gemini `functionCall`. */
export interface ToolCallPart {
  readonly type: 'tool_call';
  /** Pairs call and result. Gemini has none in old answers: its reader makes one up, unique in the conversation. */
  readonly id: string;
  readonly name: string;
  readonly kind: 'function' | 'custom';
  /** JSON text of an object as the model wrote it, never parsed and written again; of a custom tool, free text. Empty for no arguments. */
  readonly input: string;
  /** Responses `fc_…`, beside its `call_id`. */
  readonly itemId?: string;
  readonly seal?: Seal;
  readonly cache?: CacheMark;
}

/** What the client's tool answered. Chat role `tool`; Responses `function_call_output`; Messages `tool_result`; Gemini `functionResponse`. */
export interface ToolResultPart {
  readonly type: 'tool_result';
  readonly callId: string;
  /** Gemini pairs by name; elsewhere found through the call. Absent only where no call of that id is in the conversation. */
  readonly name?: string;
  readonly kind: 'function' | 'custom';
  readonly content: readonly InputPart[];
  /** Messages `is_error`. Where a target has no such flag, its writer puts the words into the result, so that nothing is lost. */
  readonly isError: boolean;
  readonly cache?: CacheMark;
}

/** What a user, or the result of a tool, can hold. */
export type InputPart = TextPart | ImagePart | FilePart | AudioPart;

/** What a model can have written, in an answer and in the history of a conversation. */
export type OutputPart = TextPart | ReasoningPart | RefusalPart | ToolCallPart | ImagePart | AudioPart;

/** Where a statement comes from. Offsets count UTF-16 units of the text part, the end exclusive. */
export type Citation =
  | {
      /** Chat and Responses `url_citation`; Messages `web_search_result_location`; Gemini grounding chunks. */
      readonly kind: 'url';
      readonly url: string;
      readonly title?: string;
      readonly citedText?: string;
      readonly range?: CitedRange;
    }
  | {
      /** Messages `char_location`, `page_location`, `content_block_location`. */
      readonly kind: 'document';
      readonly unit: 'character' | 'page' | 'block';
      readonly documentIndex: number;
      readonly title?: string;
      readonly citedText: string;
      /** In the document, in its unit. */
      readonly from: number;
      readonly to: number;
    };

/** A stretch of the text part that a citation stands for. */
export interface CitedRange {
  readonly start: number;
  readonly end: number;
}

/** How likely a token was. Chat and Responses `logprobs`; Gemini `logprobsResult`. Natural logarithms. */
export interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly bytes?: readonly number[];
  readonly alternatives: readonly Omit<TokenLogprob, 'alternatives'>[];
}
