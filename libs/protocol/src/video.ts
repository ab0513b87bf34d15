/** A picture a client hands over: its bytes (multipart, or a decoded `data:` URL), or the public http(s) URL where it is. */
export type VideoImage =
  | {
      readonly kind: 'bytes';
      /** `image/png` and the like, as declared. */
      readonly mediaType: string;
      readonly bytes: Uint8Array;
    }
  | {
      readonly kind: 'url';
      /** Absolute, http or https. It is handed on for the provider to fetch. */
      readonly url: string;
    };

/** What of a video call has a name that clients spell in several ways. */
export type VideoField =
  | 'prompt'
  | 'seconds'
  | 'size'
  | 'resolution'
  | 'aspectRatio'
  | 'firstFrame'
  | 'lastFrame'
  | 'referenceImages'
  | 'negativePrompt';

/**
 * A video as it was asked for, in terms that all providers share. Values are the client's: read and typed, not yet judged by what a model
 * can do. Absent fields are absent; nothing here is a default.
 */
export interface VideoCall {
  readonly prompt?: string;
  /** Length in whole seconds, at least 1. `seconds`, `duration`. */
  readonly seconds?: number;
  /** Exact size in pixels. `size: "1280x720"`. */
  readonly size?: VideoSize;
  /** A named resolution in lower case: `480p`, `720p`, `1080p`, `4k`. `resolution`, or `size` where it holds such a word. */
  readonly resolution?: string;
  /** `16:9`, or `adaptive`. `aspect_ratio`, `metadata.ratio`, or `size` where it holds a ratio. */
  readonly aspectRatio?: string;
  /** The picture the video begins with. `input_reference`, `image`, or the only one of `images`. */
  readonly firstFrame?: VideoImage;
  /** The picture the video ends with. `last_frame_image`. */
  readonly lastFrame?: VideoImage;
  /** Pictures of what is to be seen, in any frame. `reference_images`, or `images` where they are several. */
  readonly referenceImages: readonly VideoImage[];
  /** What is not to be seen. `negative_prompt`. */
  readonly negativePrompt?: string;
  /**
   * Parameters of one provider, by its own names; strings where the client sent a form. Whatever has a field of its own above never stands
   * here: it would pass by what was admitted and held.
   */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The client's own spelling of the fields it sent (`duration`, `input_reference`, …), for errors that name them. */
  readonly spelling: Readonly<Partial<Record<VideoField, string>>>;
}

/** Width and height in pixels, each at least 1. */
export interface VideoSize {
  readonly width: number;
  readonly height: number;
}
