/**
 * The contract between the extension and a panel: the page that loads it, and one message type per direction.
 *
 * The page of panel P is an empty body (`<body data-panel="P"></body>`) with, from dist/webview: the style sheets
 * `codicon.css` and `P.css`, and at the end of the body one script `<script nonce="N" src="P.js"></script>`, neither
 * deferred nor a module: the toolkit must run before the window's `load` event. No inline styles or scripts. `<html lang>`
 * and `<title>` are set by the page. The panel finds its worker beside its own script and starts it as a blob. The policy:
 * `default-src 'none'; script-src 'nonce-N'; style-src CSP; font-src CSP; img-src CSP data: blob:; connect-src CSP; worker-src blob:`
 * where CSP is `webview.cspSource`.
 *
 * A panel posts `ready` once its listener stands; the answer is one `state`, after which any message may come in any order.
 */
import type { Check, Report, Site } from "../engine/report/report";
import type { CheckCurve, CheckDetails, CheckedRow } from "./check-numbers";
import type { Interrupted, TraceState } from "./trace-state";

export type * from "./trace-state";

export type PanelName = "graph" | "gradients" | "checks" | "findings";

/** A limit that a person may raise, by its setting. */
export type LimitSetting = "timeout" | "memory" | "check.budget";

/** From the extension to the panel. */
export type ToPanel =
  | {
      readonly type: "state";
      /** The model file's path; the panel gives it back after a reload of the window. */
      readonly file: string;
      readonly state: TraceState;
      /** The last report, also while a new run is under way or after it failed. */
      readonly report: Report | null;
      readonly checks: readonly Check[];
      readonly interrupted: Interrupted | null;
      /** The file changed since the report was made. */
      readonly stale: boolean;
    }
  | {
      readonly type: "checking";
      readonly target: string | null;
      readonly fraction: number | null;
      /** What is done now: "weight: 1,200 of 9,408 compared"; empty when there is nothing to say. */
      readonly doing: string;
    }
  | { readonly type: "checks"; readonly checks: readonly Check[]; readonly interrupted: Interrupted | null }
  | { readonly type: "stale"; readonly stale: boolean }
  | { readonly type: "select"; readonly node: number }
  | {
      readonly type: "values";
      readonly request: number;
      readonly values: Float64Array;
      readonly shape: readonly number[];
    }
  | { readonly type: "valuesFailed"; readonly request: number; readonly message: string }
  | ({ readonly type: "details"; readonly request: number } & CheckDetails)
  | ({ readonly type: "curve"; readonly request: number } & CheckCurve);

/** From the panel to the extension. */
export type FromPanel =
  | { readonly type: "ready" }
  /** Show this place in the editor. */
  | { readonly type: "reveal"; readonly site: Site }
  | { readonly type: "trace" }
  | { readonly type: "check"; readonly target: string | null }
  | { readonly type: "stop" }
  /** Show the setting of a limit, where it can be changed. */
  | { readonly type: "limit"; readonly setting: LimitSetting }
  | { readonly type: "show"; readonly panel: PanelName; readonly node?: number }
  | {
      readonly type: "values";
      readonly request: number;
      readonly node: number;
      readonly of: "value" | "grad";
      readonly start: number;
      readonly count: number;
    }
  | {
      readonly type: "details";
      readonly request: number;
      readonly row: CheckedRow;
      readonly start: number;
      readonly count: number;
    }
  /** `index` is flat. */
  | { readonly type: "curve"; readonly request: number; readonly row: CheckedRow; readonly index: number }
  | { readonly type: "copy"; readonly text: string }
  /** Ask where to save this picture and write it there; `name` is the proposal, as "graph.png". */
  | { readonly type: "save"; readonly name: string; readonly bytes: Uint8Array }
  | { readonly type: "error"; readonly message: string };

const nonFinite: Readonly<Record<string, number>> = {
  "\u0000NaN": Number.NaN,
  "\u0000Infinity": Number.POSITIVE_INFINITY,
  "\u0000-Infinity": Number.NEGATIVE_INFINITY,
};

/**
 * What may be posted to a panel: VS Code sends messages as JSON, which would turn NaN and infinities into null. Typed arrays
 * pass as they are.
 */
export function encodeNumbers(value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return `\u0000${value}`;
  return mapChildren(value, encodeNumbers);
}

/** The message again, as it was before `encodeNumbers`. */
export function decodeNumbers(value: unknown): unknown {
  if (typeof value === "string") return nonFinite[value] ?? value;
  return mapChildren(value, decodeNumbers);
}

function mapChildren(value: unknown, change: (child: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(change);
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, change(child)]));
}
