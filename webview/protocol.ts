/**
 * The contract between the extension and a panel: the page that loads it, and one message type per direction.
 *
 * The page of panel P is an empty body (`<body data-panel="P"></body>`) with, from dist/webview: the style sheets
 * `codicon.css` and `P.css`, and at the end of the body one script `<script nonce="N" src="panels.js"></script>`, neither
 * deferred nor a module: the toolkit must run before the window's `load` event. No inline styles or scripts. `<html lang>`
 * and `<title>` are set by the page. What the panel loads later lies beside its own script: a worker is started as a blob, a script gets
 * the same nonce. The policy:
 * `default-src 'none'; script-src 'nonce-N'; style-src CSP; font-src CSP; img-src CSP data: blob:; connect-src CSP; worker-src blob:`
 * where CSP is `webview.cspSource`.
 *
 * Messages are vscode-jsonrpc's (wire.ts). Questions, with their answers, errors and cancellation, are those of
 * engine/report/requests.ts that panels may ask; below is what either side tells the other, one entry a notification.
 *
 * A panel tells `ready` once it listens; the answer is what is known: `trace` if there is one, `checks`, `state`. From then
 * on `trace`, `diagnosis` and `checks` come when they changed, and a `state` after them: the panel shows what it has with each `state`.
 */
import type { FindingsNews } from "../engine/report/follow-findings";
import type { Check, Diagnosis, Site, TriedFix } from "../engine/report/report";
import type { PanelName } from "./panels";
import type { DiagnosisState, Interrupted, TraceState } from "./trace-state";

export type { PanelName } from "./panels";
export type * from "./trace-state";

/** A limit that a person may raise, by its setting. */
export type LimitSetting = "timeout" | "memory" | "check.budget";

/** A gradient check of one layer, or of the whole model (target null). */
export interface CheckUnderWay {
  readonly target: string | null;
  readonly fraction: number | null;
  /** What is done now: "weight: 1,200 of 9,408 compared"; empty when there is nothing to say. */
  readonly doing: string;
}

/** What changes often, and is small: never anything that grows with the model. */
export interface StateNews {
  /** The model file's path; the panel gives it back after a reload of the window. */
  readonly file: string;
  readonly trace: TraceState;
  readonly diagnosing: DiagnosisState;
  /** The file changed since the report was made. */
  readonly stale: boolean;
  /** Whether the run before is shown beside it. */
  readonly isCompared: boolean;
  /** The last check, when it did not come to its end. */
  readonly interrupted: Interrupted | null;
  readonly checking: CheckUnderWay | null;
  /** What became of the findings since the run before; null without one. */
  readonly findings: FindingsNews | null;
  /** Fixes that are not listed were not tried. */
  readonly trials: readonly TriedFix[];
  /** The file that the trace was saved in: nothing runs then. */
  readonly saved: SavedNews | null;
}

/** A saved trace, for the line above it. */
export interface SavedNews {
  /** "run.gradlens" */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly savedAt: number;
  /** How many values and gradients were left out, for their size. */
  readonly leftOut: number;
  /** Whether the model file is here, and whether a file that ran is another by now. */
  readonly hasModel: boolean;
  readonly hasChanged: boolean;
  /** How much there is to see in panels that count something. */
  readonly counts: Readonly<Partial<Record<PanelName, number>>>;
}

/** What the extension tells a panel. */
export interface ToPanel {
  /** The last run, also while a new one is under way or after that failed. Once a run: it is as large as the model. */
  trace: { readonly bytes: Uint8Array };
  /** Of the run that the panel has: what the rules found, which the trace came without. */
  diagnosis: Diagnosis;
  /** The run before, for as long as runs are compared; comes before a `trace`. `isShown`: the one that the panel has until then. */
  before: { readonly bytes: Uint8Array | null; readonly isShown: boolean };
  checks: { readonly checks: readonly Check[] };
  state: StateNews;
  /** Go to this node. */
  select: { readonly node: number };
  /** Go to this finding and say what it means. */
  explain: { readonly finding: number };
}

/** What a panel tells the extension. */
export interface ToExtension {
  ready: Nothing;
  /** Show this place in the editor. */
  reveal: { readonly site: Site };
  /** Show the model file. */
  model: Nothing;
  /** Run the model. */
  trace: Nothing;
  /** Check a layer, or all of them. */
  check: { readonly target: string | null };
  stop: Nothing;
  /** Show the setting of a limit, where it can be changed. */
  limit: { readonly setting: LimitSetting };
  /** Show the run before beside it, or no longer. */
  compare: Nothing;
  show: { readonly panel: PanelName; readonly node?: number };
  /** Change the text as a fix of a finding says, and run it again; the run's name, lest it was another one's. */
  apply: { readonly run: string; readonly finding: number; readonly fix: number };
  /** Write a comment with which the finding is not told again. */
  ignore: { readonly run: string; readonly finding: number };
  copy: { readonly text: string };
  /** Ask where to save this picture and write it there; `name` is the proposal, as "graph.png". */
  save: { readonly name: string; readonly bytes: Uint8Array };
  error: { readonly message: string };
}

export type Nothing = Readonly<Record<never, never>>;
