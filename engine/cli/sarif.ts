/** Gradient checks and findings as SARIF 2.1.0, which code hosts show beside the lines: https://docs.oasis-open.org/sarif/sarif/v2.1.0/. */

import { isAbsolute, relative } from "node:path";
import { pathToFileURL } from "node:url";
import type { Invocation, Location, Log, PhysicalLocation, ReportingDescriptor, Result } from "sarif";
import { checkName, isMeant } from "../report/checks";
import type { Check, Failure, Finding, Severity, Site } from "../report/report";
import { verdicts } from "../report/verdicts";
import { currentFolder } from "./current-folder";
import type { FileOutcome } from "./file-outcome";

/** A result for each check that is not ok and for each finding; a failure of the model is a notification. */
export function toSarif({ file, checks, findings, failure }: FileOutcome, version: string): string {
  const rules = rulesFor(findings);
  const indexOf = (id: string) => rules.findIndex((rule) => rule.id === id);
  const results = [
    ...checks.filter(({ outcome }) => outcome !== "pass").map((check) => resultOfCheck(check, file)),
    ...findings.map((finding) => resultOfFinding(finding, file)),
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
  const names = [...new Set(findings.map(({ rule }) => rule))];
  const ofFindings = names.map((rule) => ({
    id: `diagnosis/${rule}`,
    shortDescription: { text: `${rule.charAt(0).toUpperCase()}${rule.slice(1).replaceAll("-", " ")}.` },
  }));
  return [...ofVerdicts, ...ofFindings];
}

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
    // What a comment in the file allows is listed, and counted by nobody.
    ...(isMeant(check) ? { suppressions: [{ kind: "inSource" as const }] } : {}),
  };
}

function resultOfFinding(finding: Finding, file: string): Result & { ruleId: string } {
  const { rule, severity, message, site } = finding;
  return {
    ruleId: `diagnosis/${rule}`,
    level: levelOf(severity),
    message: { text: message },
    locations: [{ physicalLocation: locate(site, file) }],
    relatedLocations: finding.related.map((each, i) => related(i, each.site, each.message, file)),
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
