/** Gradient checks as SARIF 2.1.0, which code hosts show beside the lines: https://docs.oasis-open.org/sarif/sarif/v2.1.0/. */
import { relative } from "node:path";
import { pathToFileURL } from "node:url";
import { isFailure } from "../check/verdict";
import type { Check, Site, Verdict } from "../report";
import { nameOfCheck } from "./check-text";

const descriptions: Readonly<Record<Exclude<Verdict, "ok">, string>> = {
  "wrong-derivative": "The backward pass gives another gradient than finite differences.",
  kink: "A value sits where the function has no derivative: its one-sided slopes differ.",
  cut: "The loss depends on the value, but no gradient comes back from it.",
  vacuous: "Nothing flows: the loss does not depend on the value at all.",
  "noise-floor": "The gradient is too small for differences to confirm it.",
  "non-deterministic": "Two runs with the same values give different losses.",
  "non-finite": "The loss or a gradient is not a finite number.",
};

/** One result for each check; passed ones have the kind "pass". */
export function toSarif(checks: readonly Check[], file: string, version: string): string {
  const rules = Object.entries(descriptions).map(([id, text]) => ({
    id: `gradcheck/${id}`,
    shortDescription: { text },
  }));
  const driver = { name: "Gradlens", semanticVersion: version, rules };
  const root = { uri: `${pathToFileURL(process.cwd()).href}/` };
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver },
        columnKind: "utf16CodeUnits",
        originalUriBaseIds: { SRCROOT: root },
        results: checks.map((check) => resultOf(check, file)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function resultOf(check: Check, file: string) {
  const passed = check.verdict === "ok";
  const level = passed ? "none" : isFailure(check) ? "error" : "warning";
  return {
    ruleId: passed ? "gradcheck" : `gradcheck/${check.verdict}`,
    kind: passed ? "pass" : "fail",
    level,
    message: { text: `${nameOfCheck(check)}: ${check.message}` },
    locations: [locationOf(check.culprit?.site ?? check.site, file)],
    partialFingerprints: { parameter: nameOfCheck(check) },
  };
}

function locationOf(site: Site | null, file: string) {
  const artifactLocation = locate(site?.file ?? file);
  if (!site) return { physicalLocation: { artifactLocation } };
  const { line, column, endLine, endColumn } = site;
  const region = { startLine: line, startColumn: column, endLine, endColumn };
  return { physicalLocation: { artifactLocation, region } };
}

/** Relative to the working folder when the file lies in it. */
function locate(file: string) {
  const path = relative(process.cwd(), file);
  if (path.startsWith("..")) return { uri: pathToFileURL(file).href };
  return { uri: path.split(/[\\/]/).map(encodeURIComponent).join("/"), uriBaseId: "SRCROOT" };
}
