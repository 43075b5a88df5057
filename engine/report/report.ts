/** The plain data that leaves the engine: the same for panels, editor and command line. Numbers may be NaN or infinite. */
import type { Severity } from "./severity";
import type { CheckOutcome, Verdict, VerdictLook } from "./verdicts";

/** Grows when a field changes its meaning or goes away, or comes and readers rely on it. */
export const REPORT_VERSION = 5;

export type { Severity } from "./severity";
export type { FixTrial, TriedFix, TriedGradient } from "./tried-fix";
export type { CheckOutcome, Verdict, VerdictLook } from "./verdicts";

/** A range of a source file: absolute path, 1-based lines and columns (UTF-16 units), the end exclusive. */
export interface Site {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export type DeviceChoice = "auto" | "cpu" | "gpu";

export interface Device {
  readonly requested: DeviceChoice;
  readonly used: "cpu" | "gpu";
  /** Why this one: the name of the adapter, or why the GPU could not be used. */
  readonly reason: string;
}

/** Equal bins from `low` to `high`; finite elements only. */
export interface Histogram {
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
}

/** What a tensor's elements are like. min, max, mean, std (population) and norm (Euclidean) are of the finite elements. */
export interface Stats {
  readonly size: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly std: number;
  readonly norm: number;
  /** Elements that are exactly 0. */
  readonly zeros: number;
  readonly nonFinite: number;
  /** The value itself when there is only one element. */
  readonly item?: number;
}

export type NodeKind = "operation" | "parameter" | "input" | "constant";

/** A tensor of the run: the result of an operation, or a leaf. Ids are 0, 1, … in the order of creation. */
export interface ReportNode {
  readonly id: number;
  readonly kind: NodeKind;
  /** The function's name; for leaves the kind. */
  readonly op: string;
  /** The variable or field that held it last: "h", "net.fc1.weight"; null when none did. */
  readonly name: string | null;
  /** Index into `scopes`. */
  readonly scope: number;
  readonly inputs: readonly number[];
  readonly shape: readonly number[];
  readonly dtype: string;
  /** The call that made it; null for what no instrumented call made. */
  readonly site: Site | null;
  /** How it reads ("x + y"), LaTeX of its derivative, and what it does to gradients; empty for leaves. */
  readonly label: string;
  readonly formula: string;
  readonly role: string;
  readonly requiresGrad: boolean;
  readonly value: Stats;
  readonly grad: Stats | null;
  /** Norm of the gradient handed back to all inputs over the norm of the gradient received; null without a gradient. */
  readonly gain: number | null;
}

/** A layer of the model, or the run itself (index 0, path ""). */
export interface ReportScope {
  readonly path: string;
  /** The class: "Linear", "Net". */
  readonly type: string;
  readonly parent: number | null;
  /** Where the module was constructed. */
  readonly site: Site | null;
  /** Norm of the gradient with respect to all parameters of this scope and those below; null without parameters. */
  readonly gradNorm: number | null;
  readonly parameters: number;
}

export interface ReportParameter {
  /** Path as state_dict gives it, under the model's variable: "net.fc1.weight". */
  readonly name: string;
  readonly node: number;
  readonly scope: number;
  readonly shape: readonly number[];
  readonly gradNorm: number | null;
}

/** An identifier of the source that held tensors, with the nodes it held in order (iterations of a loop). */
export interface ReportBinding {
  readonly name: string;
  readonly site: Site;
  readonly nodes: readonly number[];
}

/** A stretch of a file, and what comes in its place. */
export interface Edit {
  readonly site: Site;
  readonly newText: string;
}

export interface Fix {
  readonly title: string;
  /** What the fix does and why, one sentence. */
  readonly detail: string;
  /** Text edits that together are the fix, imports included; left out where the fix is advice. */
  readonly edits?: readonly Edit[];
}

export interface RelatedSite {
  readonly site: Site;
  readonly message: string;
}

/** What somebody reads who asks for more about a rule, each in a few sentences. */
export interface RulePage {
  /** What it is, for somebody who hears of it for the first time. */
  readonly meaning: string;
  /** What it does to training. */
  readonly harm: string;
  /** What is done about it. */
  readonly cure: string;
  /** Where the rule or its limits come from: paper, tool, documentation. */
  readonly source: string;
}

export interface Finding {
  /** Kebab-case name of the rule: "vanishing-gradient". */
  readonly rule: string;
  /** How people call it: "Vanishing gradient"; left out where no rule of the diagnosis speaks. */
  readonly title?: string;
  /** Left out with the title. */
  readonly page?: RulePage;
  readonly severity: Severity;
  /** The news, in one sentence. */
  readonly headline: string;
  /** The sentences that explain it; empty where the news is all. */
  readonly explanation: string;
  /** Both, as one text. */
  readonly message: string;
  readonly site: Site | null;
  /** Node it is about. */
  readonly node: number | null;
  readonly evidence: Readonly<Record<string, number | string>>;
  readonly related: readonly RelatedSite[];
  readonly fixes: readonly Fix[];
}

/** The number that the fixes of a rule are to change. */
export interface RuleMeasure {
  readonly rule: string;
  /** "gradient of the first layer, per weight" */
  readonly label: string;
  readonly value: number;
}

/** A finding that is not told because of a comment `// gradlens: ignore`. */
export interface Ignored {
  readonly finding: Finding;
  readonly comment: Site;
}

/** What the diagnosis says of a run. */
export type Diagnosis = Pick<Report, "findings" | "ignored" | "lookedFor" | "measures">;

export interface Report {
  readonly version: number;
  /** True before the diagnosis of the run came: that there are no findings says nothing then. */
  readonly isUndiagnosed?: boolean;
  /** Unique among all runs. */
  readonly run: string;
  /** The language of the model file: "typescript", "javascript", "python". */
  readonly language: string;
  readonly file: string;
  readonly device: Device;
  readonly dtype: string;
  readonly durationMs: number;
  /** Value of the loss; null when the run ended before one was computed. */
  readonly loss: { readonly value: number; readonly node: number; readonly site: Site | null } | null;
  readonly nodes: readonly ReportNode[];
  readonly parameters: readonly ReportParameter[];
  readonly findings: readonly Finding[];
  /** What comments in the files say not to tell. */
  readonly ignored?: readonly Ignored[];
  /** Titles of the rules that looked at the run; left out where none did. */
  readonly lookedFor?: readonly string[];
  /** Of the rules that found something, and of those that were asked for. */
  readonly measures: readonly RuleMeasure[];
  readonly scopes: readonly ReportScope[];
  readonly bindings: readonly ReportBinding[];
  /** Operations that were recorded but are not in `nodes` because there were too many; 0 as a rule. */
  readonly omitted: number;
  /** What ended the run early; the report then holds what was recorded until then. */
  readonly failure: Failure | null;
}

export interface WorstElement {
  /** N-dimensional index. */
  readonly index: readonly number[];
  readonly analytic: number;
  readonly numeric: number;
  readonly absError: number;
  readonly relError: number;
}

/** The kind of mistake that a wrong derivative shows; unknown when it fits none. */
export type MistakePattern =
  | "sign"
  | "factor"
  | "zero"
  | "transposed"
  | "swapped"
  | "shifted"
  | "flipped"
  | "shape"
  | "state"
  | "range"
  | "elements"
  | "unsteady"
  | "not-linear"
  | "unknown";

export interface Culprit {
  readonly op: string;
  readonly site: Site | null;
  /** What is wrong with its derivative, where the errors tell. */
  readonly pattern?: MistakePattern;
}

/** The gradient check of one parameter. */
export interface Check {
  /** The layer: "net.fc1". */
  readonly target: string;
  /** The parameter within the target: "weight". */
  readonly parameter: string;
  readonly site: Site | null;
  readonly verdict: Verdict;
  readonly outcome: CheckOutcome;
  /** False when nothing, or not everything, was compared. */
  readonly complete: boolean;
  /** Of several checks the one of the highest rank speaks for all: a failure, one that is not complete, a pass, a note. */
  readonly rank: number;
  /** How it is listed among problems; null when it is none. */
  readonly severity: Severity | null;
  readonly look: VerdictLook;
  /** A sentence that says what the verdict means here. */
  readonly message: string;
  readonly elements: number;
  /** Elements compared one by one, or random directions above the limit. */
  readonly checked: number;
  readonly method: "every-element" | "random-directions";
  readonly worst: WorstElement | null;
  /** The operation whose derivative is wrong. */
  readonly culprit: Culprit | null;
  /** The comments that say that this is meant; none where none was needed. */
  readonly intents: readonly Site[];
  readonly step: number;
  readonly durationMs: number;
}

/** How every element is looked at first; those in doubt are always refined by Richardson extrapolation. */
export type CheckMethod = "central" | "forward" | "five-point" | "richardson";

/** A person's mistake, or a run that had to be ended. */
export interface Failure {
  readonly kind: "model" | "syntax" | "timeout" | "memory" | "exit" | "crash" | "cancelled" | "internal";
  readonly message: string;
  readonly hint: string | null;
  readonly site: Site | null;
  /** The person's own stack, innermost first, without frames of Gradlens. */
  readonly stack: readonly string[];
}
