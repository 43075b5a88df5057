/** Notes that initial values were written into a parameter, by a function of `nn.init`. */
import { activeTape } from "../core/tape";
import { parameters, type Tensor } from "../core/tensor";

/** What is no parameter yet gets its first values, as in the constructors of layers: that is no news. */
export function noteInit(x: Tensor, name: string): void {
  if (x.requiresGrad || parameters.has(x)) activeTape()?.notes.writes.note(x, `init.${name}`);
}
