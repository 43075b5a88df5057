/** The one output channel, "Gradlens". */
import * as vscode from "vscode";

export const log = vscode.window.createOutputChannel("Gradlens", { log: true });
