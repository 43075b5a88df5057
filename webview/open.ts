/** The one script of all panels, so that what they share is there once: runs the panel whose page this is. */
// The address of the script is known while it runs, not when a panel begins.
import "./beside";
import type { PanelName } from "./panels";

const mains: Readonly<Record<PanelName, () => Promise<unknown>>> = {
  graph: () => import("./graph/main"),
  gradients: () => import("./gradients/main"),
  precision: () => import("./precision/main"),
  checks: () => import("./checks/main"),
  findings: () => import("./findings/main"),
};

void mains[document.body.dataset.panel as PanelName]();
