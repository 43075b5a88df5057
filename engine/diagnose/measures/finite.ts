/** Whether all gradients of a run are numbers. */
import { lazily } from "../lazily";

/** False where the loss or some gradient is NaN or infinite: then sizes say little, and something else comes first. */
export const isFiniteRun = lazily(({ loss, trace }) => {
  const { nonFinite } = trace.tables.gradients;
  for (let row = 0; row < nonFinite.length; row++) if (nonFinite[row] !== 0) return false;
  return loss !== null && Number.isFinite(loss.value);
});
