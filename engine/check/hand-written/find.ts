/** The hand-written layers of a run that can be called: what the text declares, with objects, functions and inputs. */
import type { HandCall } from "../../core/hand-calls";
import { deepCopy } from "../../core/numbers";
import type { Site } from "../../report/report";
import type { Run, SourceLayerSite } from "../../tracing/run";
import { type HandWrittenLayer, handWrittenClass, handWrittenPair } from "./layer";

/** A layer that can be checked, or why it cannot. */
export type FoundLayer =
  | { readonly layer: HandWrittenLayer; readonly source: SourceLayerSite }
  | { readonly operation: string; readonly source: SourceLayerSite }
  | { readonly problem: string; readonly source: SourceLayerSite };

type Fn = (...args: unknown[]) => unknown;
type Exports = Readonly<Record<string, unknown>>;

/** Every hand-written layer of the text, once for each of its samples, or for each kind of call. */
export function findHandWritten(run: Run): FoundLayer[] {
  const sources = run.sources.handWritten?.() ?? [];
  const exports: Exports = { ...(run.exports?.default as object), ...run.exports };
  return sources.flatMap((source): FoundLayer[] => {
    if (source.kind === "customOp") return [ofOperation(run, source)];
    if (source.kind === "pair") return ofPair(run, source, exports);
    return ofObjects(run, source, sources, exports);
  });
}

function about(run: Run, source: SourceLayerSite, call: HandCall, isNamedForward: boolean) {
  const { name, site, backward, takes, incoming } = source;
  const last = backwardCalls(run, source)
    .filter(({ self }) => self === call.self)
    .at(-1);
  const called = { isNamedForward, inputs: source.inputs, takes, incoming, given: last?.inputs ?? null };
  const file = run.tape.notes.offered.get(site.file);
  return {
    name,
    site,
    backwardSite: backward,
    text: source,
    siteOf: (id: number) => run.sources.site(id),
    repairsOf: (backward: Site) => run.sources.repairs?.(backward) ?? null,
    inputs: call.inputs,
    modes: call.modes,
    called,
    files: file ? [file] : [],
  };
}

function backwardCalls({ tape }: Run, { kind, keys }: SourceLayerSite): readonly HandCall[] {
  return tape.notes.handCalls.of(kind === "object" ? `${keys.self} backward` : keys.backward);
}

/** A custom operation is checked at the calls that were recorded. */
function ofOperation(run: Run, source: SourceLayerSite): FoundLayer {
  const { name } = source;
  const wasCalled = run.tape.nodes.some(({ op }) => op.name === name);
  return wasCalled ? { source, operation: name } : { source, problem: `nothing called ${name} in this run` };
}

function ofObjects(
  run: Run,
  source: SourceLayerSite,
  all: readonly SourceLayerSite[],
  exports: Exports,
): FoundLayer[] {
  const { name, keys, kind } = source;
  const { handCalls } = run.tape.notes;
  const calls =
    kind === "object"
      ? handCalls.of(`${keys.self} forward`)
      : handCalls.of(keys.forward).filter(({ self }) => self !== null && belongs(self, source, all));
  const samples = samplesOf(exports, name);
  const object = calls[0]?.self ?? handCalls.objectsOf(keys.self)[0] ?? exportedObject(exports[name], kind);
  if (samples !== null && object === null)
    return [
      { source, problem: `nothing made a ${name} in this run, and it cannot be made without arguments` },
    ];
  const tried =
    samples !== null && object !== null
      ? samples.map((inputs) => asked(object, inputs))
      : wentBack(calls, backwardCalls(run, source));
  // A base class whose functions ran as those of a class that extends it is checked there.
  if (tried.length === 0 && handCalls.of(keys.forward).length > 0) return [];
  if (tried.length === 0 && isBaseOnly(source, all, run)) return [];
  if (tried.length === 0) return [{ source, problem: notCalled(name) }];
  return tried.map((call) => ({
    source,
    layer: handWrittenClass(call.self as object, about(run, source, call, false)),
  }));
}

/** A class of which nothing is made, for others to extend: those that ran are checked themselves. */
function isBaseOnly(source: SourceLayerSite, all: readonly SourceLayerSite[], run: Run): boolean {
  if (source.kind !== "class" || source.isMade) return false;
  const others = all.filter((each) => each !== source);
  const heirs = others.filter((each) => each.extends === source.name && each.site.file === source.site.file);
  return heirs.some(
    (heir) => run.tape.notes.handCalls.of(heir.keys.forward).length > 0 || isBaseOnly(heir, others, run),
  );
}

function exportedObject(value: unknown, kind: SourceLayerSite["kind"]): object | null {
  if (kind === "object") return typeof value === "object" ? value : null;
  try {
    return typeof value === "function" ? (new (value as new () => object)() ?? null) : null;
  } catch {
    return null;
  }
}

/** An object is checked as what its class says, not as a class that this one inherits from. */
function belongs(self: object, source: SourceLayerSite, all: readonly SourceLayerSite[]): boolean {
  const { name } = self.constructor;
  if (name === source.name || (name === "" && source.name === "(class)")) return true;
  const isOther = all.some((each) => each.kind === "class" && each.name === name);
  return !isOther;
}

function ofPair(run: Run, source: SourceLayerSite, exports: Exports): FoundLayer[] {
  const { name, names, keys, site } = source;
  const functions = run.tape.notes.offered.get(site.file)?.functions ?? {};
  const [holder = {}] = run.tape.notes.handCalls.objectsOf(keys.self) as readonly Exports[];
  const [forward, backward] = (names ?? []).map((each) => functions[each] ?? holder[each] ?? exports[each]);
  if (names === null || typeof forward !== "function" || typeof backward !== "function")
    return [
      { source, problem: `the run did not get to the end of the file with the two functions of ${name}` },
    ];
  const samples = samplesOf(exports, name)?.map((inputs) => asked(null, inputs));
  const calls = samples ?? wentBack(run.tape.notes.handCalls.of(keys.forward), backwardCalls(run, source));
  if (calls.length === 0) return [{ source, problem: notCalled(name) }];
  const isNamedForward = names[0] !== name;
  return calls.map((call) => ({
    source,
    layer: handWrittenPair(forward as Fn, backward as Fn, about(run, source, call, isNamedForward)),
  }));
}

/** A call that the file asks for in its samples. */
function asked(self: object | null, inputs: readonly unknown[]): HandCall {
  return { self, inputs, modes: new Map(), at: 0 };
}

/**
 * The calls after which the run went back, where it ever did: what ran forward only, as after training, may be meant for
 * no gradient.
 */
function wentBack(calls: readonly HandCall[], back: readonly HandCall[]): readonly HandCall[] {
  const found = calls.filter((call) => {
    const next = calls.filter(({ self, at }) => self === call.self && at > call.at).map(({ at }) => at);
    const until = Math.min(Infinity, ...next);
    return back.some(({ self, at }) => self === call.self && at > call.at && at < until);
  });
  return found.length > 0 ? found : calls;
}

function notCalled(name: string): string {
  return `nothing called ${name} in this run: call it, or export \`samples = { ${name}: [[…]] }\` with the arguments to try`;
}

/** The argument lists that the file offers for a layer. */
function samplesOf({ samples }: Exports, name: string): readonly (readonly unknown[])[] | null {
  const lists = typeof samples === "object" && samples !== null ? (samples as Exports)[name] : null;
  return Array.isArray(lists) && lists.every(Array.isArray)
    ? lists.map((inputs: unknown[]) => deepCopy(inputs))
    : null;
}
