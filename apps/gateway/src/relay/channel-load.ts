import { Injectable } from '@nestjs/common';
import type { Channel } from '@tokenbay/channels';

/** How many requests this process has under way at each channel. */
@Injectable()
export class ChannelLoad {
  private readonly inFlight = new Map<string, number>();

  /** False where the channel is at its concurrency limit. */
  hasRoom(channel: Channel): boolean {
    return channel.concurrencyMax === null || (this.inFlight.get(channel.id) ?? 0) < channel.concurrencyMax;
  }

  /** Counts one request in; the function that is answered counts it out, once. */
  enter({ id }: Channel): () => void {
    this.inFlight.set(id, (this.inFlight.get(id) ?? 0) + 1);
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      const left = (this.inFlight.get(id) ?? 1) - 1;
      if (left === 0) this.inFlight.delete(id);
      else this.inFlight.set(id, left);
    };
  }
}
