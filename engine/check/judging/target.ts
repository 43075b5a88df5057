/** Which tensors a check is about: the parameters of layers, or one tensor by its name. */
import { ModelError } from "../../core/error";
import type { Tensor } from "../../core/tensor";
import { constructedAt } from "../../nn/module-facts";
import type { Site } from "../../report/report";
import { type LiveNames, liveNames, type NamedLayer } from "../../tracing/live-names";
import type { Run } from "../../tracing/run";

/** What to check: everything, a layer or tensor by path, or whatever was constructed, declared or called at a line. */
export type Target =
  | { readonly kind: "all" }
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "line"; readonly file: string; readonly line: number };

/** A tensor whose gradient is checked. */
export interface Subject {
  /** The layer: "net.fc1"; "" for a tensor that is in no layer. */
  readonly target: string;
  /** The name within the layer: "weight". */
  readonly parameter: string;
  readonly tensor: Tensor;
  readonly site: Site | null;
}

/** The tensors of a target. @throws ModelError when there are none, saying what could be checked */
export function findSubjects(run: Run, target: Target): Subject[] {
  const names = liveNames(run);
  const all = allSubjects(run, names);
  if (target.kind === "all") {
    if (all.length > 0) return all;
    throw new ModelError("nothing to check: the run has no parameter (no tensor with requiresGrad)");
  }
  const found =
    target.kind === "path" ? byPath(run, names, all, target.path) : byLine(run, names, all, target);
  if (found.length > 0) return found;
  const known = all.slice(0, 12).map(fullName);
  const asked = target.kind === "path" ? `"${target.path}"` : `line ${target.line}`;
  throw new ModelError(
    `nothing to check at ${asked}: found no layer and no parameter there; this run has ${known.join(", ") || "none"}${all.length > 12 ? ", …" : ""}`,
  );
}

export function fullName({ target, parameter }: Pick<Subject, "target" | "parameter">): string {
  return target === "" ? parameter : `${target}.${parameter}`;
}

function allSubjects(run: Run, { fields, nameOf }: LiveNames): Subject[] {
  const inLayers = [...fields].flatMap(([tensor, { owner, field }]): Subject[] => {
    const { module, path } = owner;
    const site = run.sources.site(constructedAt(module)) ?? run.sources.site(tensor.site);
    return tensor.requiresGrad && tensor.isLeaf ? [{ target: path, parameter: field, tensor, site }] : [];
  });
  const used = run.tape.nodes.flatMap((node) => node.inputs);
  const bound = run.tape.notes.bindings.map(({ tensor }) => tensor);
  const loose = [...new Set([...bound, ...used])].filter((x) => x.requiresGrad && x.isLeaf && !fields.has(x));
  return [
    ...inLayers,
    ...loose.map((tensor, i): Subject => {
      const parameter = nameOf(tensor) ?? `parameter ${i}`;
      return { target: "", parameter, tensor, site: run.sources.site(tensor.site) };
    }),
  ];
}

function byPath(run: Run, { nameOf }: LiveNames, all: readonly Subject[], path: string): Subject[] {
  const under = (name: string) => name === path || name.startsWith(`${path}.`) || name.startsWith(`${path}[`);
  const found = all.filter((subject) => under(fullName(subject)));
  if (found.length > 0) return found;
  const computed = run.tape.nodes.filter(({ out }) => out.requiresGrad && nameOf(out) === path).at(-1)?.out;
  if (computed === undefined) return [];
  return [{ target: "", parameter: path, tensor: computed, site: run.sources.site(computed.site) }];
}

/** What was constructed or given a value at the line; else the layers that ran because of it; else the class there. */
function byLine(
  run: Run,
  { layers }: LiveNames,
  all: readonly Subject[],
  { file, line }: { readonly file: string; readonly line: number },
): Subject[] {
  const covers = (site: Site | null | undefined) =>
    site !== null && site !== undefined && site.file === file && site.line <= line && line <= site.endLine;
  const under = (some: readonly NamedLayer[]) =>
    all.filter(({ target }) => some.some(({ path }) => target === path || target.startsWith(`${path}.`)));
  const constructed = under(layers.filter(({ module }) => covers(run.sources.site(constructedAt(module)))));
  if (constructed.length > 0) return constructed;
  const held = new Set(
    run.tape.notes.bindings
      .filter(({ binding }) => covers(run.sources.binding(binding)?.site))
      .map(({ tensor }) => tensor),
  );
  const loose = all.filter(({ tensor, site }) => held.has(tensor) || covers(site));
  if (loose.length > 0) return loose;
  const calling = run.tape.nodes.filter(({ out }) => covers(run.sources.site(out.site)));
  const called = new Set(calling.map(({ scope }) => scope?.module));
  const ran = under(layers.filter(({ module }) => called.has(module)));
  if (ran.length > 0) return ran;
  const type = run.sources.classAt?.(file, line) ?? null;
  return under(layers.filter(({ module }) => type !== null && module.constructor.name === type));
}
