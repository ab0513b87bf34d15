import type { IncomingMessage } from 'node:http';
import { Behaviour } from './behaviours.js';

/** Its multiples are spread evenly and look like chance, and are the same in every run. */
const GOLDEN_RATIO = 0.618_033_988_75;

/** Decides what a request is answered with, by the names of its model and key, a header, and what a test has ordered for the model. */
export class BehaviourChooser {
  private readonly orders = new Map<string, Behaviour>();
  private readonly uses = new Map<string, number>();

  /** From now on requests for this upstream model behave so; an empty text ends it. Throws on an unknown directive. */
  order(model: string, directives: string): void {
    this.uses.delete(`order ${model}`);
    if (directives === '') this.orders.delete(model);
    else this.orders.set(model, Behaviour.parse(directives));
  }

  clear(): void {
    this.orders.clear();
    this.uses.clear();
  }

  choose(request: IncomingMessage, model: string): Behaviour {
    const { authorization, 'x-api-key': apiKey, 'x-goog-api-key': googleKey, 'x-fake': header } = request.headers;
    const credential = [authorization, apiKey, googleKey].find((value) => typeof value === 'string');
    let behaviour = this.whileItLasts(model, Behaviour.ofName(model));
    const order = this.orders.size > 0 ? this.orders.get(model) : undefined;
    if (order) behaviour = behaviour.with(this.whileItLasts(`order ${model}`, order));
    if (credential?.includes('@')) {
      behaviour = behaviour.with(this.whileItLasts(credential, Behaviour.ofName(credential)));
    }
    return typeof header === 'string' ? behaviour.with(Behaviour.parse(header)) : behaviour;
  }

  /** `times:N` wears off after N requests, `share:P` holds for P in a hundred; what another name or order asks for goes on. */
  private whileItLasts(source: string, behaviour: Behaviour): Behaviour {
    const times = behaviour.number('times');
    const share = behaviour.number('share');
    if (times === undefined && share === undefined) return behaviour;
    const used = (this.uses.get(source) ?? 0) + 1;
    this.uses.set(source, used);
    const isOver = used > (times ?? Infinity) || (used * GOLDEN_RATIO) % 1 >= (share ?? 100) / 100;
    return isOver ? Behaviour.none : behaviour;
  }
}
