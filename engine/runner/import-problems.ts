/** What is wrong with an import, with the place of the import and a suggestion. */
import { basename, dirname, relative } from "node:path";
import type { Site } from "../report/report";
import { ModelProblem } from "./model-problem";
import { type ModelSource, siteAt } from "./model-sources";
import { nearest } from "./nearest";
import { isRelative } from "./resolve";

/** The place of an import in the file that has it. */
export function siteOfImport(specifier: string, source: ModelSource | null): Site | null {
  const found = source?.analysis.imports.find((each) => each.specifier === specifier);
  return source && found ? siteAt(source.file, found.range) : null;
}

/** An import of a file that is not there. */
export function missingFile(
  specifier: string,
  source: ModelSource,
  tried: readonly string[],
  names: readonly string[],
  code = "ERR_MODULE_NOT_FOUND",
) {
  const from = dirname(source.file);
  const shown = tried.slice(0, 8).map((path) => relative(from, path) || basename(path));
  const like = nearest(
    basename(specifier),
    names.map((name) => name.replace(/\.\w+$/, "")),
  );
  return new ModelProblem(`Cannot find the file "${specifier}" that is imported here`, {
    site: siteOfImport(specifier, source),
    hint: like ? `did you mean "${dirname(specifier)}/${like}"?` : `looked for ${shown.join(", ")}`,
    code,
  });
}

/**
 * An import of a package that is not installed, or of one that failed to load.
 * @param settings what is wrong with the settings that might have given the name another meaning
 */
export function packageProblem(
  specifier: string,
  source: ModelSource,
  cause: unknown,
  settings: string | null,
): ModelProblem {
  const site = siteOfImport(specifier, source);
  const { code, message } =
    cause instanceof Error ? (cause as Error & { code?: string }) : { code: "", message: String(cause) };
  if (code === "ERR_MODULE_NOT_FOUND" && message.includes(`'${packageName(specifier)}'`)) {
    const name = packageName(specifier);
    return new ModelProblem(`Cannot find the package "${name}" that is imported here`, {
      site,
      hint:
        settings ??
        `looked in the node_modules folders from ${dirname(source.file)} upwards; is it installed (npm install ${name})?`,
      code,
    });
  }
  return new ModelProblem(`The package "${specifier}" could not be loaded: ${firstLine(message)}`, { site });
}

function packageName(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

const noExport = /The requested module '(.+)' does not provide an export named '(.+)'/;

/** Says where the name is that a module does not export; null for any other error. */
export function missingExport(
  error: unknown,
  files: readonly ModelSource[],
  exportsOf: (specifier: string, source: ModelSource) => readonly string[],
): ModelProblem | null {
  const [, specifier, name] = (error instanceof SyntaxError && noExport.exec(error.message)) || [];
  if (specifier === undefined || name === undefined) return null;
  for (const source of files) {
    const site = siteOfName(name, specifier, source);
    if (!site) continue;
    const names = exportsOf(specifier, source);
    const like = nearest(name, names);
    const whole = name === "default" ? `write import { … } from "${specifier}"` : undefined;
    const listed = names.length > 0 && names.length <= 12 ? `it exports ${names.join(", ")}` : undefined;
    const hint = like ? `did you mean "${like}"?` : (listed ?? whole);
    const what = isRelative(specifier) ? `The file "${specifier}"` : `"${specifier}"`;
    const said = name === "default" ? "has no default export" : `does not export "${name}"`;
    return new ModelProblem(`${what} ${said}`, hint === undefined ? { site } : { site, hint });
  }
  return null;
}

/** The place of a name in the import statement that ends with the specifier. */
function siteOfName(name: string, specifier: string, source: ModelSource): Site | null {
  const lines = source.text.split(/\r\n|\n|\r/);
  for (const { range } of source.analysis.imports.filter((each) => each.specifier === specifier)) {
    if (name === "default") return siteAt(source.file, range);
    for (let line = range.line; line > Math.max(0, range.line - 60); line--) {
      const text = (lines[line - 1] ?? "").slice(0, line === range.line ? range.column - 1 : undefined);
      const at = text.search(new RegExp(`(?<![\\w$])${name.replaceAll("$", "\\$")}(?![\\w$])`));
      if (at >= 0) {
        const [column, endColumn] = [at + 1, at + 1 + name.length];
        return { file: source.file, line, column, endLine: line, endColumn };
      }
      if (/^\s*(import|export)\b/.test(text)) break;
    }
  }
  return null;
}

/** A JSON file that cannot be read. */
export function jsonProblem(file: string, text: string, cause: unknown): ModelProblem {
  const said = cause instanceof Error ? cause.message : String(cause);
  // Node's versions word the rest of the message, and the place, differently.
  const at = Number(/at position (\d+)/.exec(said)?.[1] ?? 0);
  const lines = text.slice(0, at).split("\n");
  const [line, column] = [lines.length, (lines.at(-1) ?? "").length + 1];
  const site = { file, line, column, endLine: line, endColumn: column + 1 };
  return new ModelProblem(`This is no valid JSON: ${said.replace(/ (in JSON )?at position.*$/s, "")}`, {
    site,
    kind: "syntax",
  });
}
