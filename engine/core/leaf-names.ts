/** The first names of each leaf: a weight is known by the variable that it was made for, whoever holds it later. */
import type { BindingEvent } from "./binding-event";
import type { Tensor } from "./tensor";

/** Names that are kept of one leaf. */
const MAX_NAMES = 8;

export class LeafNames {
  /** Held as long as the leaf itself: a training loop that makes new ones does not grow. */
  readonly #names = new WeakMap<Tensor, BindingEvent[]>();

  add(event: BindingEvent): void {
    const known = this.#names.get(event.tensor);
    if (known === undefined) this.#names.set(event.tensor, [event]);
    else if (known.length < MAX_NAMES && known.every((each) => each.binding !== event.binding))
      known.push(event);
  }

  /** The names in the order in which they were given. */
  of(leaf: Tensor): readonly BindingEvent[] {
    return this.#names.get(leaf) ?? [];
  }
}
