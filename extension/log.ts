/** The one output channel, "Gradlens". */
import * as vscode from "vscode";
import type { Failure, Report } from "../engine/report/report";

export const log = vscode.window.createOutputChannel("Gradlens", { log: true });

export function logRun(name: string, { device, durationMs, nodes }: Report): void {
  log.info(
    `${name}: ${nodes.length} tensors in ${Math.round(durationMs)} ms on the ${device.used} (${device.reason})`,
  );
}

export function logFailure(name: string, { message, stack }: Failure): void {
  log.error(`${name}: ${message}${stack.map((line) => `\n    ${line}`).join("")}`);
}
