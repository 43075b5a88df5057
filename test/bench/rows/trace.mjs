// What a trace weighs and how long it takes on its way to a panel: of a large network over both borders, and of the digits
// MLP in the window of a real VS Code.
import { borderFigures } from "../borders.mjs";
import { windowFigures } from "../window.mjs";

export const rows = {
  "trace of a residual network, 10,000 operations": {
    order: 52,
    figures: (rounds) => borderFigures("residual-10000.ts", { megabytes: 2, heldMs: 300 }, rounds),
  },
  "trace of a residual network, 50,000 operations": {
    order: 53,
    figures: (rounds) => borderFigures("residual-50000.ts", { megabytes: 10, heldMs: 1000 }, rounds),
  },
  "trace in the window, digits MLP": {
    order: 54,
    figures: (rounds) => windowFigures(rounds),
  },
};
