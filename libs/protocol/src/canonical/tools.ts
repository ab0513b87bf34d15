import type { WireFormat } from '../vocabulary.js';
import type { CacheMark } from './content.js';
import type { JsonObject } from './json.js';

/** A tool that is offered to the model. */
export type ToolDefinition =
  | {
      /** Chat and Responses `function`; Messages tools with `input_schema`; Gemini `functionDeclarations`. */
      readonly kind: 'function';
      readonly name: string;
      readonly description?: string;
      /** JSON schema of an object. Absent: no arguments. */
      readonly parameters?: JsonObject;
      /** Chat, Responses and Messages `strict`; Gemini has none, dropped by name. */
      readonly isStrict?: boolean;
      readonly cache?: CacheMark;
    }
  | {
      /** Chat and Responses `custom`: free text, perhaps under a grammar. Elsewhere it would be another tool: `501`. */
      readonly kind: 'custom';
      readonly name: string;
      readonly description?: string;
      readonly grammar?: { readonly syntax: 'lark' | 'regex'; readonly definition: string };
    }
  | {
      /** A tool that the provider runs (web search, code execution, …). Only its own format knows it; to any other it is a `501`. */
      readonly kind: 'hosted';
      readonly type: string;
      readonly format: WireFormat;
      readonly definition: JsonObject;
    };

/**
 * Which tools the model may or must call. Chat and Responses `auto`, `none`, `required`, named, `allowed_tools`; Messages `auto`, `none`,
 * `any`, `tool`; Gemini `AUTO`, `NONE`, `ANY`, `allowedFunctionNames`.
 */
export type ToolChoice =
  | { readonly mode: 'auto' | 'none' | 'required' }
  | { readonly mode: 'named'; readonly name: string }
  | {
      /** Only some of the tools that are offered. Writers without such a choice offer only those, which says the same. */
      readonly mode: 'allowed';
      readonly names: readonly string[];
      readonly isRequired: boolean;
    };
