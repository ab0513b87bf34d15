import { Transform } from 'class-transformer';
import { IntegerField, TextField } from './fields.js';

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 200;
const CURSOR_LENGTH_MAX = 200;

/** Which page of a list: every list takes these two parameters. */
export class PageQueryDto {
  /** Rows on the page, 1 to 200. */
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value,
  )
  @IntegerField(1, LIMIT_MAX, { optional: true, description: 'Rows on the page.', default: LIMIT_DEFAULT })
  limit: number = LIMIT_DEFAULT;

  /** The `nextCursor` of the page before; the first page without it. */
  @TextField(CURSOR_LENGTH_MAX, { optional: true, description: 'The nextCursor of the page before.' })
  cursor?: string;
}
