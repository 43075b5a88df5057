// A loop that runs as often as the data wants: x is halved while it is larger than 5.
//
// The graph is what really ran. From 37 it takes three rounds (37 → 18.5 → 9.25 → 4.625), so the gradient of the
// result with respect to the first x is (1/2)³ = 0.125. Start at 100, trace again, and there are five rounds.
// Hover x in the loop: it held another tensor in each round, and you see them all.
import { abs, div, parameter } from "gradlens";

const start = parameter(37);

export function loss() {
  let x = start;
  while (abs(x).item() > 5) {
    x = div(x, 2);
  }
  return x;
}
