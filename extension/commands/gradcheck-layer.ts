/** Gradlens: Gradcheck This Layer. */
import * as vscode from "vscode";
import type { CheckTarget } from "../../engine/report/questions";
import type { SourceLayer } from "../../engine/source";
import { needsALook, targetOfLayer } from "../checks";
import { findSession } from "../command-target";
import { lookUp } from "../editor/lookup";
import { fileOf } from "../files";
import type { Gradlens } from "../gradlens";
import { analyseDocument } from "../model-files";
import { showProgress } from "../progress";
import type { Reading } from "../reading/contract";
import type { Session } from "../session";
import type { Toasts } from "../toasts";
import { mayRun } from "../trust";

/** The layer around a line: the smallest whose text holds it, else the nearest above. */
function layerAt({ layers }: Reading, line: number): SourceLayer | undefined {
  const around = layers.filter(({ range }) => line >= range.line && line <= range.endLine);
  const size = ({ range }: SourceLayer) => range.endLine - range.line;
  const smallest = around.toSorted((a, b) => size(a) - size(b))[0];
  return (
    smallest ??
    layers.filter(({ range }) => range.line <= line).toSorted((a, b) => b.range.line - a.range.line)[0]
  );
}

/** The target under the cursor, or null after saying that there is none. */
async function targetAtCursor(session: Session, toasts: Toasts): Promise<CheckTarget | null> {
  const editor = vscode.window.activeTextEditor;
  const isHere = editor !== undefined && fileOf(editor.document.uri) === session.file;
  const analysis = isHere ? await analyseDocument(editor.document) : null;
  const subject = editor && lookUp(session, session.file, editor.selection.active, analysis);
  if (isHere && subject?.kind === "layer") return { kind: "path", path: subject.scope.path };
  const layer = analysis && editor ? layerAt(analysis, editor.selection.active.line + 1) : undefined;
  if (layer) return targetOfLayer(layer, session.file);
  const message = "Put the cursor on a layer, such as a line with new nn.Linear(…), to check it.";
  toasts.say("no-layer", message, {
    "Check the Whole Model": () => vscode.commands.executeCommand("gradlens.gradcheckModel", session.uri),
  });
  return null;
}

function targetOf(session: Session, place: unknown): CheckTarget | null {
  if (typeof place === "number") return { kind: "line", file: session.file, line: place };
  return typeof place === "string" ? { kind: "path", path: place } : null;
}

/** Checks the layer at a line (1-based), at a module's path, or at the cursor. */
export async function gradcheckLayer(gradlens: Gradlens, argument?: unknown, place?: unknown): Promise<void> {
  if (!mayRun(gradlens.toasts)) return;
  const session = findSession(gradlens, argument);
  if (!session) return;
  const target = targetOf(session, place) ?? (await targetAtCursor(session, gradlens.toasts));
  if (!target) return;
  const checks = await showProgress(session, "Checking gradients", (cancel) => session.check(target, cancel));
  const { failure, unfinished } = session;
  const isStopped = session.state.kind === "stopped" || unfinished?.failure.kind === "cancelled";
  if (!isStopped && (failure || unfinished || needsALook(checks))) gradlens.panels.show("checks", session);
}
