import { ApiProperty } from '@nestjs/swagger';

/** One try at a channel. */
export class AttemptResponse {
  @ApiProperty({ description: 'The channel that was tried.', example: '5' })
  channelId!: string;

  @ApiProperty({ description: 'The key it was tried with.', example: '8' })
  keyId!: string;

  @ApiProperty({ description: 'The HTTP status the upstream answered. Null: none.', type: Number, nullable: true })
  status!: number | null;

  @ApiProperty({ description: 'How long it took, in milliseconds.' })
  ms!: number;

  @ApiProperty({ description: 'Why it failed. Null: it did not.', type: String, nullable: true })
  reason!: string | null;
}

/** Renders a try, and nothing else that is kept of it. */
export function toAttemptResponse({ channelId, keyId, status, ms, reason }: AttemptResponse): AttemptResponse {
  return { channelId, keyId, status, ms, reason };
}
