import type { ErrorView } from '@tokenbay/platform';
import type { CanonicalEvent, Citation, PartDelta, PartOpening, Seal, Stop, TokenUsage } from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import type { RenderContext, StreamRenderer } from '../../relay/exchange/renderer.js';
import { renderArrayStreamError, renderStreamError } from './error.js';
import {
  footOf,
  renderCall,
  renderCitations,
  renderLogprobs,
  renderSeal,
  renderSource,
  renderStop,
  renderUsage,
} from './render-parts.js';

/** How a stream comes to its client: as server-sent events, or as the elements of one JSON array. */
export type StreamForm = 'events' | 'array';

/** What the client asked for, as far as it decides how answers look. */
export interface RendererTerms {
  readonly form: StreamForm;
  readonly showsThoughts: boolean;
}

/** Libraries keep no turn one of whose pieces has no part. */
const EMPTY_PARTS: readonly JsonObject[] = [{ text: '' }];

const UNKNOWN_STOP: Stop = { reason: 'other' };

/** What is known of one candidate while it is written. */
interface CandidateState {
  open: OpenPart | undefined;
  stop: Stop | undefined;
  readonly citations: Citation[];
}

interface OpenPart {
  readonly opening: PartOpening;
  input: string;
  seal: Seal | undefined;
}

/** Writes one answer as pieces of generateContent's. Calls of functions come whole; reasons and usage stand in the last piece of all. */
export class GenerateStreamRenderer implements StreamRenderer {
  private readonly candidates = new Map<number, CandidateState>();
  private readonly foot: JsonObject;
  private usage: TokenUsage | undefined;
  private hasElements = false;

  constructor(
    context: RenderContext,
    private readonly terms: RendererTerms,
  ) {
    this.foot = footOf(context);
  }

  push(event: CanonicalEvent): string {
    switch (event.type) {
      case 'start':
        return '';
      case 'usage':
        this.usage = event.reading.usage;
        return '';
      case 'end':
        return this.lastPiece();
      case 'finish':
        this.stateOf(event.choice).stop = event.stop;
        return '';
      case 'part_start':
        return this.openPart(event.choice, event.opening);
      case 'part_delta':
        return this.extendPart(event.choice, event.delta);
      case 'part_end':
        return this.closePart(event.choice);
    }
  }

  fail(error: ErrorView): string {
    return this.terms.form === 'events' ? renderStreamError(error) : renderArrayStreamError(error, this.hasElements);
  }

  private openPart(choice: number, opening: PartOpening): string {
    this.stateOf(choice).open = { opening, input: '', seal: undefined };
    if (opening.type !== 'image') return '';
    return this.piece(choice, { ...renderSource(opening.source), ...renderSeal(opening.seal) });
  }

  private extendPart(choice: number, delta: PartDelta): string {
    const { open, citations } = this.stateOf(choice);
    if (!open) return '';
    switch (delta.kind) {
      case 'text':
        return this.textPiece(choice, open.opening, delta);
      case 'input':
        open.input += delta.text;
        return '';
      case 'audio': {
        const mediaType = open.opening.type === 'audio' ? open.opening.mediaType : '';
        return this.piece(choice, renderSource({ kind: 'base64', mediaType, data: delta.data }));
      }
      case 'citation':
        citations.push(delta.citation);
        return '';
      case 'seal':
        open.seal = delta.seal;
        return '';
    }
  }

  private textPiece(
    choice: number,
    { type }: PartOpening,
    { text, logprobs }: Extract<PartDelta, { readonly kind: 'text' }>,
  ): string {
    if (text === '' || type === 'audio') return '';
    if (type !== 'reasoning') return this.piece(choice, { text }, logprobs && renderLogprobs(logprobs));
    return this.terms.showsThoughts ? this.piece(choice, { text, thought: true }) : '';
  }

  private closePart(choice: number): string {
    const state = this.stateOf(choice);
    const { open } = state;
    state.open = undefined;
    if (open?.opening.type === 'tool_call')
      return this.piece(
        choice,
        renderCall({ ...open.opening, input: open.input, ...(open.seal && { seal: open.seal }) }),
      );
    if (!open?.seal) return '';
    const isThought = open.opening.type === 'reasoning';
    return this.piece(choice, { text: '', ...(isThought && { thought: true }), ...renderSeal(open.seal) });
  }

  private piece(index: number, part: JsonObject, more?: JsonObject): string {
    const written = this.write([{ content: { parts: [part], role: 'model' }, index, ...more }]);
    this.hasElements = true;
    return written;
  }

  /** Kept back with all of what it says until the charge is durable; after it nothing comes. */
  private lastPiece(): string {
    const candidates = [...this.candidates]
      .sort(([a], [b]) => a - b)
      .map(([index, { stop = UNKNOWN_STOP, citations }]) => ({
        ...{ content: { parts: EMPTY_PARTS, role: 'model' }, ...renderStop(stop), index },
        ...renderCitations(citations),
      }));
    const written = this.write(candidates, this.usage && { usageMetadata: renderUsage(this.usage) });
    return this.terms.form === 'events' ? written : `${written}]`;
  }

  private write(candidates: readonly JsonObject[], more?: JsonObject): string {
    const json = JSON.stringify({ candidates, ...more, ...this.foot });
    if (this.terms.form === 'events') return `data: ${json}\r\n\r\n`;
    return (this.hasElements ? ',\r\n' : '[') + json;
  }

  private stateOf(choice: number): CandidateState {
    const known = this.candidates.get(choice);
    if (known) return known;
    const state: CandidateState = { open: undefined, stop: undefined, citations: [] };
    this.candidates.set(choice, state);
    return state;
  }
}
