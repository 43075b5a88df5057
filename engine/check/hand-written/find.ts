/** The hand-written layers of a run that can be called: what the text declares, with instances, functions and inputs. */
import type { Run, SourceLayerSite } from "../../run";
import { type HandWritten, handWrittenClass, handWrittenPair } from "./layer";

/** A layer that can be checked, or why it cannot. */
export type Found =
  | { readonly layer: HandWritten; readonly source: SourceLayerSite }
  | { readonly operation: string; readonly source: SourceLayerSite }
  | { readonly problem: string; readonly source: SourceLayerSite };

type Fn = (...args: unknown[]) => unknown;

/** Every hand-written layer of the text, once for each of its samples, or for its last call. */
export function findHandWritten(run: Run): Found[] {
  const own = Object.fromEntries(run.tape.offered);
  const exports: Record<string, unknown> = { ...own, ...(run.exports?.default as object), ...run.exports };
  return (run.sources.handWritten?.() ?? []).flatMap((source): Found[] => {
    if (source.kind === "customOp") return [ofOperation(run, source)];
    return source.kind === "class" ? ofClass(run, source, exports) : ofPair(run, source, exports);
  });
}

function about(source: SourceLayerSite, inputs: readonly unknown[]) {
  const { name, site, filled } = source;
  const inputNames = source.inputs.map((input) => input.name);
  const inputSites = inputs.map((_, input) => returnedAt(source, input, inputs.length));
  return { name, site, backwardSite: source.backward, inputs, inputNames, inputSites, fieldSites: filled };
}

/** Where the backward pass makes the gradient of an input; the whole pass where that is not plain. */
export function returnedAt({ returned, backward }: SourceLayerSite, input: number, count: number) {
  return (returned.length === count ? returned[input] : null) ?? backward;
}

/** A custom operation is checked at the calls that were recorded. */
function ofOperation(run: Run, source: SourceLayerSite): Found {
  const { name } = source;
  const wasCalled = run.tape.nodes.some(({ op }) => op.name === name);
  return wasCalled ? { source, operation: name } : { source, problem: `nothing called ${name} in this run` };
}

function ofClass(run: Run, source: SourceLayerSite, exports: Record<string, unknown>): Found[] {
  const { name } = source;
  const samples = samplesOf(exports, name);
  const instances = [...run.tape.layers].filter(([object]) => object.constructor.name === name);
  const [called] = instances.filter(([, { inputs }]) => inputs !== null);
  const instance = called?.[0] ?? instances[0]?.[0] ?? construct(exports[name]);
  if (instance === null) {
    return [
      { source, problem: `nothing made a ${name} in this run, and it cannot be made without arguments` },
    ];
  }
  const inputs = samples ?? (called?.[1].inputs ? [called[1].inputs] : []);
  if (inputs.length === 0) return [{ source, problem: notCalled(name) }];
  return inputs.map((each) => ({ source, layer: handWrittenClass(instance, about(source, each)) }));
}

function ofPair(run: Run, source: SourceLayerSite, exports: Record<string, unknown>): Found[] {
  const { name } = source;
  const named = (suffixes: readonly string[]) =>
    suffixes.map((suffix) => name + suffix).find((full) => typeof exports[full] === "function");
  const forward = named(["Forward", "_forward", ""]);
  const backward = named(["Backward", "_backward"]);
  if (forward === undefined || backward === undefined) {
    return [
      {
        source,
        problem: `the run did not get to the end of the file with the two functions of ${name}`,
      },
    ];
  }
  const { watched } = run.tape;
  const last = source.inputs.map(({ binding }) => watched.get(binding));
  const wasCalled = source.inputs.some(({ binding }) => watched.has(binding));
  const inputs = samplesOf(exports, name) ?? (wasCalled ? [last] : []);
  if (inputs.length === 0) return [{ source, problem: notCalled(name) }];
  return inputs.map((each) => ({
    source,
    layer: handWrittenPair(exports[forward] as Fn, exports[backward] as Fn, {
      ...about(source, each),
      cache: forward !== name,
    }),
  }));
}

function notCalled(name: string): string {
  return `nothing called ${name} in this run: call it, or export \`samples = { ${name}: [[…]] }\` with the arguments to try`;
}

/** The argument lists that the file offers for a layer. */
function samplesOf(
  { samples }: Record<string, unknown>,
  name: string,
): readonly (readonly unknown[])[] | null {
  const lists =
    typeof samples === "object" && samples !== null ? (samples as Record<string, unknown>)[name] : null;
  return Array.isArray(lists) && lists.every(Array.isArray) ? lists : null;
}

function construct(type: unknown): object | null {
  try {
    return typeof type === "function" ? (new (type as new () => object)() ?? null) : null;
  } catch {
    return null;
  }
}
