/** The texts of a run's model files: compiled once by content, and what the ids in the compiled code stand for. */
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { Remedy } from "../report/remedy";
import type { Edit, Site } from "../report/report";
import {
  type Compiled,
  compile,
  editsOf,
  keyOf,
  type Range,
  Repairs,
  type SourceGradient,
  type SourceLayer,
} from "../source";
import type { Ignore, Intent, RepairSites, SourceLayerSite, SourceName, Sources } from "../tracing/run";
import type { FileSites } from "./watch";

/** A model file as it was compiled. */
export interface ModelSource extends Compiled {
  readonly file: string;
  readonly text: string;
}

interface Entry extends ModelSource {
  readonly firstSite: number;
  readonly firstBinding: number;
}

/** What stands in a file, numbered from a first id on. */
interface Numbered {
  readonly first: number;
  readonly list: readonly unknown[];
}

const sitesOf = ({ firstSite, analysis }: Entry): Numbered => ({ first: firstSite, list: analysis.sites });
const bindingsOf = ({ firstBinding, analysis }: Entry): Numbered => ({
  first: firstBinding,
  list: analysis.bindings,
});

/** More than this many compiled files are not kept from run to run. */
const MAX_CACHED = 500;

/**
 * Compiles model files. A file keeps the ids of its sites as long as its text stays the same, so that a second run
 * of unchanged files compiles nothing.
 */
export class ModelSources implements Sources {
  /** @param onCompile told of the places of every file that is compiled */
  constructor(private readonly onCompile: (sites: FileSites) => void = () => undefined) {}

  readonly #cache = new Map<string, Entry>();
  #used: Entry[] = [];
  #nextSite = 1;
  #nextBinding = 1;

  /** A new run begins: no file is in use. */
  begin(): void {
    this.#used = [];
    for (const key of this.#cache.keys()) {
      if (this.#cache.size <= MAX_CACHED) break;
      this.#cache.delete(key);
    }
  }

  /** The compiled text of a file that the run uses from now on. @throws SourceProblem when it cannot be compiled */
  compile(file: string, text: string): ModelSource {
    const key = `${file}\0${createHash("sha256").update(text).digest("base64")}`;
    const entry = this.#cache.get(key) ?? this.#compile(file, text);
    // Taken out and put back, so that the oldest in the map is the one that was not used for longest.
    this.#cache.delete(key);
    this.#cache.set(key, entry);
    this.#used.push(entry);
    return entry;
  }

  /** The files in use, in the order in which they were loaded. */
  get files(): readonly ModelSource[] {
    return this.#used;
  }

  /** @param name the path of a file, or its URL, as stacks name modules */
  find(name: string): ModelSource | null {
    const file = name.startsWith("file:") ? pathOf(name) : name;
    return this.#used.find((entry) => entry.file === file) ?? null;
  }

  site(id: number): Site | null {
    const entry = this.#owner(id, sitesOf);
    const site = entry?.analysis.sites[id - entry.firstSite];
    return entry && site ? siteAt(entry.file, site.range) : null;
  }

  binding(id: number): SourceName | null {
    const entry = this.#owner(id, bindingsOf);
    const found = entry?.analysis.bindings[id - entry.firstBinding];
    if (!entry || !found) return null;
    return {
      name: found.name.replace(/^this\./, ""),
      site: siteAt(entry.file, found.range),
      role: found.role,
      isTop: found.isTop,
    };
  }

  handWritten(): readonly SourceLayerSite[] {
    return this.#used.flatMap(({ file, analysis }) =>
      analysis.layers.flatMap((layer) => layerSite(file, layer) ?? []),
    );
  }

  intents(): readonly Intent[] {
    return this.#used.flatMap(({ file, analysis }) =>
      analysis.intents.map(({ comment, line, covers }) => ({
        comment: siteAt(file, comment),
        line,
        covers: covers.map((each) => siteAt(file, each)),
      })),
    );
  }

  ignores(): readonly Ignore[] {
    return this.#used.flatMap(({ file, analysis }) =>
      analysis.ignores.map(({ comment, line, rules }) => ({ comment: siteAt(file, comment), line, rules })),
    );
  }

  repairs(backward: Site): RepairSites | null {
    const entry = this.find(backward.file);
    if (!entry) return null;
    const { text, file, runtime } = entry;
    const repairs = new Repairs(text, file, backward, runtime);
    return (least, most, isWanted) =>
      repairs
        .between(least, most, isWanted)
        .map((each) => ({ ...each, site: () => siteAt(file, each.range()) }));
  }

  edits(remedies: readonly Remedy[]): readonly Edit[] | null {
    const all: Edit[] = [];
    for (const file of new Set(remedies.map(placeOf))) {
      const own = remedies.filter((remedy) => placeOf(remedy) === file);
      const entry = this.find(file);
      const edits = entry && editsOf(entry.text, file, own);
      if (!edits) return null;
      all.push(...edits.map(({ range, newText }) => ({ site: siteAt(file, range), newText })));
    }
    return all;
  }

  #compile(file: string, text: string): Entry {
    const firstSite = this.#nextSite;
    const firstBinding = this.#nextBinding;
    const compiled = compile(text, file, firstSite, firstBinding);
    this.#nextSite += compiled.analysis.sites.length;
    this.#nextBinding += compiled.analysis.bindings.length;
    const ranges = compiled.analysis.sites.flatMap(({ range }) => [
      range.line,
      range.column,
      range.endLine,
      range.endColumn,
    ]);
    this.onCompile({ file, first: firstSite, ranges: Int32Array.from(ranges) });
    return { ...compiled, file, text, firstSite, firstBinding };
  }

  #owner(id: number, of: (entry: Entry) => Numbered): Entry | null {
    const isAmong = ({ first, list }: Numbered) => first <= id && id < first + list.length;
    return this.#used.find((entry) => isAmong(of(entry))) ?? null;
  }
}

/** The file that a remedy changes. */
function placeOf(remedy: Remedy): string {
  return ("call" in remedy ? remedy.call : "expression" in remedy ? remedy.expression : remedy.at).file;
}

function pathOf(url: string): string | null {
  try {
    return fileURLToPath(url);
  } catch {
    return null;
  }
}

/** A hand-written layer with places of its file; null for a module. */
function layerSite(file: string, layer: SourceLayer): SourceLayerSite | null {
  const { kind, name, range, forward, backward, gradients, names = null } = layer;
  if (kind === "module") return null;
  const at = (place: Range) => siteAt(file, place);
  const made = ({ name: key, range: place, madeOf }: SourceGradient) => ({
    name: key,
    site: at(place),
    madeOf,
  });
  const places = layer.places ?? { forward: range, backward: range, holder: range };
  return {
    kind,
    name,
    site: at(range),
    forward: forward && at(forward),
    backward: backward && at(backward),
    inputs: layer.inputs ?? [],
    takes: layer.takes ?? [],
    incoming: layer.incoming ?? 0,
    keys: {
      self: keyOf(file, places.holder),
      forward: keyOf(file, places.forward),
      backward: keyOf(file, places.backward),
    },
    extends: layer.type,
    isMade: layer.isMade ?? false,
    names,
    returned: (gradients?.returned ?? []).map(made),
    filled: (gradients?.fields ?? []).map(made),
    result: gradients?.result ? at(gradients.result) : null,
    steps: (gradients?.steps ?? []).map((step) => ({ site: at(step.range), makes: step.makes })),
  };
}

export function siteAt(file: string, { line, column, endLine, endColumn }: Range): Site {
  return { file, line, column, endLine, endColumn };
}
