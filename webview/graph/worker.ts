/** The worker of the graph panel: lays a graph out without holding up the page. */
import { layoutGraph } from "./layout/layout";
import type { LayoutInput } from "./layout/layout-input";

/** A request and its answer carry the same number. */
export interface LayoutRequest {
  readonly request: number;
  readonly input: LayoutInput;
}

addEventListener("message", ({ data }: MessageEvent<LayoutRequest>) => {
  const layout = layoutGraph(data.input);
  const buffers = Object.values(layout).flatMap((part) =>
    ArrayBuffer.isView(part) ? [part.buffer as ArrayBuffer] : [],
  );
  postMessage({ request: data.request, layout }, { transfer: buffers });
});
