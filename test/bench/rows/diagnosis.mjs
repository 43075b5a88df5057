// What the diagnosis costs: in the first report of a model, and to try a fix.
import { diagnosisFigures, fixFigures } from "../diagnosis.mjs";

export const rows = {
  "diagnosis of the digits MLP": {
    order: 55,
    figures: (rounds) => diagnosisFigures("media/examples/digits-mlp.ts", { times: 1.3 }, rounds),
  },
  "diagnosis of 10,000 operations": {
    order: 56,
    figures: (rounds) => diagnosisFigures("test/bench/models/residual-10000.ts", { ms: 1000 }, rounds),
  },
  "diagnosis: a fix of the digits MLP": {
    order: 57,
    figures: (rounds) => fixFigures("test/bench/models/digits-mlp-softmax.ts", 2000, rounds),
  },
};
