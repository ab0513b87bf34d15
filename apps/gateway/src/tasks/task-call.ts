import type { Capability, VideoCall } from '@tokenbay/protocol';

/** What a surface understood of a submission: all that is needed to admit it, hold for it and send it. */
export interface TaskCall {
  readonly capability: Extract<Capability, 'video'>;
  /** The public name of the model that is asked for. */
  readonly model: string;
  readonly video: VideoCall;
  /** The client's `Idempotency-Key`; null where it sent none. */
  readonly idempotencyKey: string | null;
  /** SHA-256 of every field and file, so that a form and JSON which say the same are the same. */
  readonly requestDigest: Buffer;
  /** True where the client's library says that it repeats a request, and has no key to say which. */
  readonly isRepeated: boolean;
}
