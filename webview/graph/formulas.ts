/** What the graph panel loads when it first shows a formula: it is larger than all that the panel needs at its start. */
import temml from "temml";
import { type RenderFormula, rendererKey } from "../formula";

const render: RenderFormula = (latex, into) =>
  temml.render(latex, into, { displayMode: true, throwOnError: true, annotate: false });

Object.assign(globalThis, { [rendererKey]: render });
