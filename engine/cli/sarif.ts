/** Gradient checks and findings, with their fixes, as SARIF 2.1.0, which code hosts show beside the lines: https://docs.oasis-open.org/sarif/sarif/v2.1.0/. */

import { isAbsolute, relative } from "node:path";
import { pathToFileURL } from "node:url";
import type {
  ArtifactChange,
  Invocation,
  Location,
  Log,
  PhysicalLocation,
  Fix as ProposedFix,
  ReportingDescriptor,
  Result,
} from "sarif";
import { checkName, isMeant } from "../report/checks";
import type { Check, Edit, Failure, Finding, Fix, RulePage, Severity, Site } from "../report/report";
import { verdicts } from "../report/verdicts";
import { currentFolder } from "./current-folder";
import type { FileOutcome } from "./file-outcome";

/**
 * A result for each check that is not ok and for each finding, also for those that a comment leaves out; a failure of the
 * model is a notification.
 */
export function toSarif(outcome: FileOutcome, version: string): string {
  const { file, checks, findings, failure, ignored = [] } = outcome;
  const rules = rulesFor([...findings, ...ignored.map(({ finding }) => finding)]);
  const indexOf = (id: string) => rules.findIndex((rule) => rule.id === id);
  const results = [
    ...checks.filter(({ outcome }) => outcome !== "pass").map((check) => resultOfCheck(check, file)),
    ...findings.map((finding) => resultOfFinding(finding, file)),
    ...ignored.map(({ finding }) => ({ ...resultOfFinding(finding, file), ...suppressed })),
  ];
  const log: Log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "Gradlens", semanticVersion: version, rules } },
        columnKind: "utf16CodeUnits",
        originalUriBaseIds: { SRCROOT: { uri: `${pathToFileURL(currentFolder ?? "/").href}/` } },
        invocations: [invocationOf(failure, file)],
        results: results.map((result) => ({ ...result, ruleIndex: indexOf(result.ruleId) })),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function rulesFor(findings: readonly Finding[]): ReportingDescriptor[] {
  const ofVerdicts = Object.entries(verdicts)
    .filter(([, { outcome }]) => outcome !== "pass")
    .map(([id, { meaning, severity }]) => ({
      id: `gradcheck/${id}`,
      shortDescription: { text: meaning },
      defaultConfiguration: { level: levelOf(severity) },
    }));
  const byRule = new Map(findings.map((finding) => [finding.rule, finding]));
  return [...ofVerdicts, ...[...byRule.values()].map(ruleOf)];
}

/** What the record of a finding's rule says of it. */
function ruleOf({ rule, title, page, severity }: Finding): ReportingDescriptor {
  const words = `${rule.charAt(0).toUpperCase()}${rule.slice(1).replaceAll("-", " ")}`;
  return {
    id: `diagnosis/${rule}`,
    shortDescription: { text: title ?? words },
    defaultConfiguration: { level: levelOf(severity) },
    ...(page === undefined ? {} : { fullDescription: { text: page.meaning }, help: helpOf(page) }),
  };
}

function helpOf({ meaning, harm, cure, source }: RulePage) {
  const text = `${meaning} ${harm} ${cure} (${source})`;
  const markdown = `${meaning}\n\n**What it does:** ${harm}\n\n**What helps:** ${cure}\n\n*${source}*`;
  return { text, markdown };
}

// What a comment in the file allows is listed, and counted by nobody.
const suppressed = { suppressions: [{ kind: "inSource" as const }] };

function levelOf(severity: Severity | null): "error" | "warning" | "note" {
  return severity === "error" || severity === "warning" ? severity : "note";
}

function resultOfCheck(check: Check, file: string): Result & { ruleId: string } {
  const { verdict, severity, message, site, culprit } = check;
  const name = checkName(check);
  const place = culprit?.site ?? site;
  return {
    ruleId: `gradcheck/${verdict}`,
    level: levelOf(severity),
    message: { text: `${name}: ${message}` },
    locations: [{ physicalLocation: locate(place, file) }],
    relatedLocations: culprit?.site && site ? [related(0, site, `${name} was made here`, file)] : [],
    partialFingerprints: { "parameter/v1": name },
    ...(isMeant(check) ? suppressed : {}),
  };
}

function resultOfFinding(finding: Finding, file: string): Result & { ruleId: string } {
  const { rule, severity, message, site } = finding;
  const fixes = finding.fixes.flatMap((fix) => proposed(fix, file));
  return {
    ruleId: `diagnosis/${rule}`,
    level: levelOf(severity),
    message: { text: message },
    locations: [{ physicalLocation: locate(site, file) }],
    relatedLocations: finding.related.map((each, i) => related(i, each.site, each.message, file)),
    ...(fixes.length > 0 ? { fixes } : {}),
  };
}

/** Changes of text; advice is none. */
function proposed({ title, detail, edits = [] }: Fix, file: string): ProposedFix[] {
  if (edits.length === 0) return [];
  const files = [...new Set(edits.map(({ site }) => site.file))];
  const artifactChanges = files.map((each) =>
    changeOf(
      each,
      edits.filter(({ site }) => site.file === each),
      file,
    ),
  );
  return [{ description: { text: `${title}. ${detail}` }, artifactChanges }];
}

function changeOf(path: string, edits: readonly Edit[], file: string): ArtifactChange {
  return {
    artifactLocation: artifact(path),
    replacements: edits.map(({ site, newText }) => ({
      deletedRegion: locate(site, file).region ?? {},
      ...(newText === "" ? {} : { insertedContent: { text: newText } }),
    })),
  };
}

function invocationOf(failure: Failure | null, file: string): Invocation {
  if (!failure) return { executionSuccessful: true };
  const { message, hint, site } = failure;
  const text = hint ? `${message}. ${hint}` : message;
  const notification = { level: "error", message: { text } } as const;
  const locations = [{ physicalLocation: locate(site, file) }];
  return {
    executionSuccessful: false,
    toolExecutionNotifications: [{ ...notification, locations }],
  };
}

function related(id: number, site: Site, text: string, file: string): Location {
  return { id, physicalLocation: locate(site, file), message: { text } };
}

/** The place; without one, the file. Columns of both count UTF-16 units from 1, the end exclusive. */
function locate(site: Site | null, file: string): PhysicalLocation {
  const artifactLocation = artifact(site?.file ?? file);
  if (!site) return { artifactLocation };
  const { line, column, endLine, endColumn } = site;
  return { artifactLocation, region: { startLine: line, startColumn: column, endLine, endColumn } };
}

/** Relative to the working folder when the file lies in it. */
function artifact(file: string) {
  const path = relative(currentFolder ?? "/", file);
  if (path.startsWith("..") || isAbsolute(path)) return { uri: pathToFileURL(file).href };
  return { uri: path.split(/[\\/]/).map(encodeURIComponent).join("/"), uriBaseId: "SRCROOT" };
}
