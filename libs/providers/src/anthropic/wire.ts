/** The parts of Anthropic's Messages wire format that the gateway reads. Every field may be absent or null. */
export interface MessageWire {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly content?: unknown;
  readonly stop_reason?: unknown;
  readonly stop_sequence?: unknown;
  readonly usage?: UsageWire | null;
  readonly error?: ErrorWire | null;
}

export interface BlockWire {
  readonly type?: unknown;
  readonly text?: unknown;
  /** Of a result: what was found, or an error. */
  readonly content?: unknown;
  readonly citations?: unknown;
  readonly thinking?: unknown;
  readonly signature?: unknown;
  readonly data?: unknown;
  readonly id?: unknown;
  readonly name?: unknown;
  readonly input?: unknown;
}

export interface DeltaWire {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly thinking?: unknown;
  readonly signature?: unknown;
  readonly partial_json?: unknown;
  readonly citation?: unknown;
  readonly stop_reason?: unknown;
  readonly stop_sequence?: unknown;
}

export interface EventWire {
  readonly type?: unknown;
  readonly index?: unknown;
  readonly message?: MessageWire | null;
  readonly content_block?: BlockWire | null;
  readonly delta?: DeltaWire | null;
  readonly usage?: UsageWire | null;
  readonly error?: ErrorWire | null;
}

export interface UsageWire {
  readonly input_tokens?: unknown;
  readonly output_tokens?: unknown;
  readonly cache_read_input_tokens?: unknown;
  /** All cache writes; `cache_creation` says which of them are kept for an hour. */
  readonly cache_creation_input_tokens?: unknown;
  readonly cache_creation?: { readonly ephemeral_1h_input_tokens?: unknown } | null;
  /** Calls of the provider's own tools, as `web_search_requests`. */
  readonly server_tool_use?: Readonly<Record<string, unknown>> | null;
  readonly output_tokens_details?: { readonly thinking_tokens?: unknown } | null;
}

export interface ErrorWire {
  readonly type?: unknown;
  readonly message?: unknown;
}

export interface CitationWire {
  readonly type?: unknown;
  readonly cited_text?: unknown;
  readonly url?: unknown;
  /** Of a search that the client made itself. */
  readonly source?: unknown;
  readonly title?: unknown;
  readonly document_index?: unknown;
  readonly document_title?: unknown;
  readonly start_char_index?: unknown;
  readonly end_char_index?: unknown;
  readonly start_page_number?: unknown;
  readonly end_page_number?: unknown;
  readonly start_block_index?: unknown;
  readonly end_block_index?: unknown;
}
