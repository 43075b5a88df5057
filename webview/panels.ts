/** The map of panels: the folder of each here, and what its tab is called. */
export const panels = {
  graph: { title: "Graph" },
  gradients: { title: "Gradients" },
  precision: { title: "Precision" },
  checks: { title: "Checks" },
  findings: { title: "Findings" },
} as const;

export type PanelName = keyof typeof panels;

export const panelNames = Object.keys(panels) as PanelName[];

/** The command that opens a panel, its id without what all ids begin with: "showGraph". */
export function showCommand(name: PanelName): string {
  return `show${panels[name].title}`;
}
