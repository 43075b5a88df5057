/** The histograms of a hover: asked of the engine, kept, and left out when they do not come soon. */
import type { NodeHistograms } from "../../engine/report/questions";
import type { ReportNode } from "../../engine/report/report";
import type { Session } from "../session";

/** What a hover waits for them; less while the engine works, which may not answer before it is done. */
const WAIT_MS = 300;
const BUSY_WAIT_MS = 30;

const known = new WeakMap<ReportNode, NodeHistograms>();

/** Null when the run is over, or its engine is busy; whoever looks again later may see them. */
export async function histogramsFor(node: ReportNode, session: Session): Promise<NodeHistograms | null> {
  const found = known.get(node);
  if (found || node.value.size < 2) return found ?? null;
  const asked = session.ask("histograms", { start: node.id, count: 1 }).then(
    ({ nodes: [histograms] }) => {
      if (histograms) known.set(node, histograms);
      return histograms ?? null;
    },
    () => null,
  );
  let alarm: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    alarm = setTimeout(() => resolve(null), session.running ? BUSY_WAIT_MS : WAIT_MS);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(alarm);
  }
}
