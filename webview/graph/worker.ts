/** The worker of the graph panel: lays a graph out without holding up the page. */
import { type LayoutInput, layoutGraph } from "./layout";

/** A request and its answer carry the same number. */
export interface LayoutRequest {
  readonly request: number;
  readonly input: LayoutInput;
}

addEventListener("message", ({ data }: MessageEvent<LayoutRequest>) => {
  const layout = layoutGraph(data.input);
  const buffers = [layout.x, layout.y, layout.routeStart, layout.routes, layout.isBranch].map(
    ({ buffer }) => buffer as ArrayBuffer,
  );
  postMessage({ request: data.request, layout }, { transfer: buffers });
});
