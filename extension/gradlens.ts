/** What the parts of the extension share. */
import type * as vscode from "vscode";
import type { Panels } from "./panels/index";
import type { Sessions } from "./sessions";
import type { Toasts } from "./toasts";

export interface Gradlens {
  readonly context: vscode.ExtensionContext;
  readonly sessions: Sessions;
  readonly panels: Panels;
  readonly toasts: Toasts;
}
