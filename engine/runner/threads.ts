/** Threads for the kernels, by Node. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { installThreads } from "../kernels/threads";

const MOST = 2;

/** Lets the kernels use a second thread where the machine has one. */
export function allowThreads(): void {
  installThreads(
    (source, data) => {
      const script = `const data = require("node:worker_threads").workerData;\n${source}`;
      const worker = new Worker(script, { eval: true, workerData: data });
      // Helpers wait for work for ever; they must not keep the process alive.
      worker.unref();
      worker.on("error", () => {});
    },
    Math.min(MOST, availableParallelism()),
  );
}
