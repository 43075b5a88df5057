/** A file without a loss: what its author probably meant by one, and where that stands. */
import { nearestName } from "../core/options";
import { Positions, type Range } from "../source";

export interface MissingLoss {
  readonly hint: string;
  /** Null: nothing in the file looks like one. */
  readonly range: Range | null;
}

/** @param exported the names that the file exports */
export function missingLoss(text: string, exported: readonly string[]): MissingLoss {
  const at = (place: RegExp) => rangeOf(text, place);
  const declared = at(/\b(?:function|const|let|var)\s+(?<name>loss)\b/);
  if (declared)
    return { hint: "`loss` is there but not exported: write `export` before it", range: declared };
  const meant = exported.find((name) => /^loss|loss$/i.test(name)) ?? nearestName("loss", exported);
  if (meant !== undefined) {
    const range = at(
      new RegExp(`\\b(?:function|const|let|var|as)\\s+(?<name>${meant.replaceAll("$", "\\$")})(?![\\w$])`),
    );
    return { hint: `did you mean \`${meant}\`? it has to be called \`loss\``, range };
  }
  const made = at(/(?<name>\bexport\s+default\s+(?:abstract\s+)?class\b)/);
  if (made) {
    return {
      hint: "it exports a class: write `export function loss() { … }`, which calls an instance of it",
      range: made,
    };
  }
  const unnamed = exported.includes("default") ? at(/(?<name>\bexport\s+default\b)/) : null;
  if (unnamed)
    return {
      hint: "give the function that it exports a name: `export function loss() { … }`",
      range: unnamed,
    };
  return { hint: "write `export function loss() { … return crossEntropy(output, labels); }`", range: null };
}

/** Where the group `name` of the first match stands. */
function rangeOf(text: string, place: RegExp): Range | null {
  const found = place.exec(text);
  const name = found?.groups?.name;
  if (!found || name === undefined) return null;
  const start = found.index + found[0].lastIndexOf(name);
  return new Positions(text).range(start, start + name.length);
}
