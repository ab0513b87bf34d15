/** What a gateway is asked to test. */
export interface ChannelTestTask {
  readonly channelId: string;
  /** The model's public name; the gateway chooses one where none is named. */
  readonly model?: string | undefined;
  /** One key of the channel, also a disabled one; the first enabled one where none is named. */
  readonly keyId?: string | undefined;
}
