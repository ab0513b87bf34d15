import type { Behaviour } from '../behaviours.js';
import { type Answer, type Piece, streamAnswer } from '../exchange.js';
import { OPENAI_ERROR_FORM } from '../openai-chat/errors.js';
import type { ReportedUsage } from '../request-log.js';

/** One event, named as its data's type. */
export function event(data: { type: string } & Record<string, unknown>, usage?: ReportedUsage): Piece {
  return { bytes: `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`, ...(usage && { usage }) };
}

/** A stream of these events, which ends as the behaviour says: whole, after some of them, or in an error event. */
export function streamOf(pieces: Piece[], behaviour: Behaviour): Answer {
  const errorAfter = behaviour.number('error-event');
  if (errorAfter === undefined) return streamAnswer(pieces.slice(0, behaviour.number('end-after') ?? Infinity));
  const error = OPENAI_ERROR_FORM.render(OPENAI_ERROR_FORM.byStatus(500));
  return streamAnswer([...pieces.slice(0, errorAfter), { bytes: `data: ${error}\n\n` }]);
}
