/** Lays graphs out: small ones at once, larger ones in a worker; only the answer to the latest request counts. */

import type { LayoutRequest } from "../worker";
import { type Layout, layoutGraph } from "./layout";
import type { LayoutInput } from "./layout-input";

/** Up to this many boxes the layout takes a few milliseconds. */
const smallGraph = 400;

export class LayoutClient {
  readonly #workerUrl: string;
  #worker: Promise<Worker> | undefined;
  #latest = 0;

  constructor(workerUrl: string) {
    this.#workerUrl = workerUrl;
  }

  /** Calls back with the layout, unless another request came in between; at once when the graph is small. */
  request(input: LayoutInput, onDone: (layout: Layout) => void) {
    this.#latest += 1;
    const request = this.#latest;
    if (input.widths.length <= smallGraph) return onDone(layoutGraph(input));
    this.#worker ??= startWorker(this.#workerUrl);
    const isCurrent = () => request === this.#latest;
    this.#worker
      .then((worker) => ask(worker, { request, input }))
      // Without a worker (an older host, a stricter policy) the page itself must do it.
      .catch(() => (isCurrent() ? layoutGraph(input) : null))
      .then((layout) => {
        if (layout && isCurrent()) onDone(layout);
      });
  }
}

/** The policy allows workers from blobs only, so the script is fetched first. */
async function startWorker(url: string): Promise<Worker> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The layout worker could not be loaded (${response.status})`);
  const blob = URL.createObjectURL(new Blob([await response.text()], { type: "text/javascript" }));
  const worker = new Worker(blob);
  URL.revokeObjectURL(blob);
  return worker;
}

function ask(worker: Worker, message: LayoutRequest): Promise<Layout> {
  return new Promise((resolve, reject) => {
    const end = new AbortController();
    const answer = ({ data }: MessageEvent<{ request: number; layout: Layout }>) => {
      if (data.request !== message.request) return;
      end.abort();
      resolve(data.layout);
    };
    worker.addEventListener("message", answer, { signal: end.signal });
    worker.addEventListener("error", () => reject(new Error("The layout worker failed")), {
      signal: end.signal,
    });
    worker.postMessage(message);
  });
}
