import { ApiProperty } from '@nestjs/swagger';

/** What a gateway found when it sent one tiny request over a channel. */
export class ChannelTestResponse {
  @ApiProperty({ description: 'Whether a whole answer came.' })
  ok!: boolean;

  @ApiProperty({
    description: 'The model that was asked; null where the channel has none.',
    type: String,
    nullable: true,
  })
  model!: string | null;

  @ApiProperty({ description: 'The key that was used; null where the channel has none.', type: String, nullable: true })
  keyId!: string | null;

  @ApiProperty({
    description: 'Milliseconds to the whole answer; null where nothing was sent.',
    type: Number,
    nullable: true,
  })
  latencyMs!: number | null;

  @ApiProperty({ description: "The upstream's HTTP status; null where it gave none.", type: Number, nullable: true })
  status!: number | null;

  @ApiProperty({
    description: 'What is wrong; null where nothing is.',
    example: 'key_refused',
    type: String,
    nullable: true,
  })
  reason!: string | null;

  @ApiProperty({
    description: "The upstream's sentence without hosts, keys and names, or ours; null where nothing is wrong.",
    type: String,
    nullable: true,
  })
  message!: string | null;
}
