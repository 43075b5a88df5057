/** Checks of what layers are constructed with. */
import { ModelError } from "../error";

/** @throws ModelError unless every value is an integer of at least 1 */
export function checkSize(layer: string, sizes: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(sizes)) {
    if (Number.isInteger(value) && (value as number) >= 1) continue;
    throw new ModelError(
      `${layer}(): ${name} is ${JSON.stringify(value)}, expected an integer of at least 1`,
    );
  }
}
