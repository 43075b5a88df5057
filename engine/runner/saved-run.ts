/** The last run as the bytes of a file. */
import { encodeTrace } from "../report/codec";
import type { SaveParams } from "../report/questions";
import { encodeSaved, markOfText } from "../report/saved-trace";
import type { Recorded } from "../tracing/recorded";
import type { ModelSource } from "./model-sources";

export function savedRun(
  { trace, tensors, gradOf }: Recorded,
  files: readonly ModelSource[],
  { mostBytes, ...facts }: SaveParams,
): Uint8Array {
  const sources = Object.fromEntries(files.map(({ file, text }) => [file, markOfText(text)]));
  return encodeSaved(
    {
      ...facts,
      trace: encodeTrace(trace),
      sources,
      nodes: tensors.length,
      elements: (node, of) => (of === "value" ? tensors[node] : gradOf(node))?.data ?? null,
    },
    mostBytes,
  );
}
