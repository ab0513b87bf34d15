import { Circuit } from './circuit.js';
import { ModelState } from './model-state.js';

/** How one channel does, in this process: kept by id, so that it outlives every reload of the configuration. */
export class ChannelState {
  /** Requests from their sending to the end of their answer. */
  inFlight = 0;
  /** Requests whose answer has not begun. */
  awaiting = 0;
  /** Since when no awaited answer has begun, on the monotonic clock; means nothing while none is awaited. */
  quietSinceMs = 0;
  readonly keys = new Map<string, Circuit>();
  readonly models = new Map<string, ModelState>();

  /** The circuit of a key, by its id. */
  key(id: string): Circuit {
    let circuit = this.keys.get(id);
    if (!circuit) this.keys.set(id, (circuit = new Circuit()));
    return circuit;
  }

  /** How a model does, by the upstream's name of it. */
  model(upstreamName: string): ModelState {
    let model = this.models.get(upstreamName);
    if (!model) this.models.set(upstreamName, (model = new ModelState()));
    return model;
  }
}
