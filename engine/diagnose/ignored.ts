/** Findings that a comment `// gradlens: ignore` leaves out, and comments that leave out nothing. */
import type { Finding, Ignored, Site } from "../report/report";
import { unusedComment } from "./unused-comment";

/** The comment, the line that it is about, and the rules that it names; none: all. */
interface Comment {
  readonly comment: Site;
  readonly line: number;
  readonly rules: readonly string[];
}

/** Names of rules: of those that looked at the run, and of all that there are. */
interface RuleNames {
  readonly active: readonly string[];
  readonly all: readonly string[];
}

/** What is told, the complaints about comments included, and what is not. */
interface Told {
  readonly findings: Finding[];
  readonly ignored: Ignored[];
}

/** @param names null for a run that did not reach its end: what it would have found is not known */
export function leaveOut(
  findings: readonly Finding[],
  comments: readonly Comment[],
  names: RuleNames | null,
): Told {
  const ignored: Ignored[] = [];
  const told = findings.filter((finding) => {
    const by = comments.find((each) => isAbout(each, finding));
    if (by !== undefined) ignored.push({ finding, comment: by.comment });
    return by === undefined;
  });
  const unused = names === null ? [] : comments.flatMap((each) => complaint(each, findings, names) ?? []);
  return { findings: [...told, ...unused], ignored };
}

/** A call over several lines may have its comment behind the first or the last one. */
function isAt({ comment, line }: Comment, { site }: Finding): boolean {
  return site !== null && site.file === comment.file && (site.line === line || site.endLine === line);
}

function isAbout(comment: Comment, finding: Finding): boolean {
  const { rules } = comment;
  return isAt(comment, finding) && (rules.length === 0 || rules.some((name) => means(name, finding.rule)));
}

/** A rule of another tool may be called by its name alone: "dead-relu" for "torchlens/dead-relu". */
function means(name: string, rule: string): boolean {
  return rule === name || rule.endsWith(`/${name}`);
}

function complaint(comment: Comment, findings: readonly Finding[], { active, all }: RuleNames) {
  const { rules, line } = comment;
  const here = findings.filter((each) => isAt(comment, each));
  const strange = rules.filter((name) => !all.some((rule) => means(name, rule)));
  // A rule that is off, or of another preset, may find something next time.
  const idle = rules.filter(
    (name) => active.some((rule) => means(name, rule)) && !here.some(({ rule }) => means(name, rule)),
  );
  const unknown =
    strange.length === 0
      ? []
      : [`it names ${quoted(strange)}, and there is no such rule; gradlens rules lists those that there are`];
  const nothing =
    idle.length > 0
      ? [`${quoted(idle)} ${idle.length === 1 ? "finds" : "find"} nothing in line ${line}`]
      : rules.length === 0 && here.length === 0
        ? [`no rule finds anything in line ${line}`]
        : [];
  const what = [...unknown, ...nothing].join("; ");
  if (what === "") return null;
  const detail = "Without it the diagnosis says the same.";
  return unusedComment("unused-ignore", comment, `This comment ignores nothing: ${what}.`, detail);
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
