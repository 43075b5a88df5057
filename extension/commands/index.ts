/** All commands: an id of package.json and what runs. */
import * as vscode from "vscode";
import type { Gradlens } from "../gradlens";
import { addTypes } from "./add-types";
import { gradcheckLayer } from "./gradcheck-layer";
import { gradcheckModel } from "./gradcheck-model";
import { openExample } from "./open-example";
import { restartEngine } from "./restart-engine";
import { showChecks } from "./show-checks";
import { showFindings } from "./show-findings";
import { showGradients } from "./show-gradients";
import { showGraph } from "./show-graph";
import { stop } from "./stop";
import { traceBackprop } from "./trace-backprop";

type Command = (gradlens: Gradlens, ...args: unknown[]) => void | Promise<void>;

const commands: Readonly<Record<string, Command>> = {
  "gradlens.traceBackprop": traceBackprop,
  "gradlens.gradcheckLayer": gradcheckLayer,
  "gradlens.gradcheckModel": gradcheckModel,
  "gradlens.showGraph": showGraph,
  "gradlens.showGradients": showGradients,
  "gradlens.showChecks": showChecks,
  "gradlens.showFindings": showFindings,
  "gradlens.stop": stop,
  "gradlens.restartEngine": restartEngine,
  "gradlens.openExample": openExample,
  "gradlens.addTypes": addTypes,
};

export function registerCommands(gradlens: Gradlens): vscode.Disposable {
  const registered = Object.entries(commands).map(([id, run]) =>
    vscode.commands.registerCommand(id, (...args: unknown[]) => run(gradlens, ...args)),
  );
  return vscode.Disposable.from(...registered);
}
