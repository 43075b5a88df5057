/** The thread in which texts are read: whatever stands in one, the extension host goes on. */
import { parentPort } from "node:worker_threads";
import { analyse } from "../../engine/source/analyse";
import type { Reading, ReadingAnswer, ReadingRequest } from "./contract";

/** The extension host takes over more names than these in no moment; what the run knows of them is shown all the same. */
const MOST_NAMES = 50_000;

function read({ text, file }: ReadingRequest): Reading | null {
  const { analysis } = analyse(text, file);
  if (!analysis) return null;
  const { loss, usesGradlens, bindings, identifiers } = analysis;
  const layers = analysis.layers.map(({ gradients: _, places: __, ...layer }) => layer);
  const few = bindings.length + identifiers.length <= MOST_NAMES;
  return {
    loss,
    usesGradlens,
    layers,
    bindings: few ? bindings : [],
    identifiers: few ? identifiers : [],
  };
}

function answer(request: ReadingRequest): ReadingAnswer {
  try {
    return { reading: read(request) };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

parentPort?.on("message", (request: ReadingRequest) => parentPort?.postMessage(answer(request)));
