/** What assistants may ask for: a trace, a gradient check, and what a finding means. Names and inputs stand in the manifest. */
import * as vscode from "vscode";
import { fileOf } from "../files";
import type { Gradlens } from "../gradlens";
import { isScriptFile } from "../model-files";
import type { Session } from "../session";
import { trustMessage } from "../trust";
import { describeChecks, describeFinding, describeRun } from "./texts";

interface ToolInput {
  /** Absolute, or within the first folder of the workspace. */
  readonly file?: unknown;
  /** Path of a layer, as "net.fc1". */
  readonly layer?: unknown;
  /** Rule of a finding, as "vanishing-gradient". */
  readonly rule?: unknown;
}

interface AssistantTool {
  /** What is asked before the model's code runs; null for what only reads. */
  readonly question: ((name: string, input: ToolInput) => string) | null;
  readonly doing: string;
  run(session: Session, input: ToolInput, token: vscode.CancellationToken): Promise<string>;
}

const asText = (value: unknown) => (typeof value === "string" ? value : "");

/** By the name in the manifest, without what all names begin with. */
const tools: Readonly<Record<string, AssistantTool>> = {
  trace: {
    question: (name) => `This runs the code of ${name} on this machine and follows its gradients.`,
    doing: "Tracing",
    async run(session, _, token) {
      await session.trace(token);
      return describeRun(session);
    },
  },
  check: {
    question: (name, { layer }) =>
      `This runs the code of ${name} on this machine and compares the gradients of ${asText(layer) || "all layers"} with finite differences.`,
    doing: "Checking gradients of",
    async run(session, { layer }, token) {
      const path = asText(layer);
      const checks = await session.check(path === "" ? { kind: "all" } : { kind: "path", path }, token);
      return describeChecks(session, checks);
    },
  },
  explain: {
    question: null,
    doing: "Reading the findings of",
    async run(session, { rule }) {
      await session.wake();
      await session.untilDiagnosed();
      return describeFinding(session, asText(rule));
    },
  },
};

/** The tools of the manifest, as VS Code wants them. */
export function toolsFor({ sessions }: Gradlens): ReadonlyMap<string, vscode.LanguageModelTool<ToolInput>> {
  return new Map(
    Object.entries(tools).map(([name, { question, doing, run }]) => [
      name,
      {
        prepareInvocation({ input }) {
          const file = asText(input.file).split(/[\\/]/).at(-1) ?? "";
          const message = question?.(file, input);
          return {
            invocationMessage: `${doing} ${file}`,
            ...(message ? { confirmationMessages: { title: `Run ${file}?`, message } } : {}),
          };
        },
        async invoke({ input }, token) {
          const uri = modelAt(asText(input.file));
          const text = typeof uri === "string" ? uri : await run(sessions.openBehind(uri), input, token);
          return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
        },
      },
    ]),
  );
}

/** The model file, or why there is none: only files of a trusted workspace are run. */
function modelAt(path: string): vscode.Uri | string {
  if (!vscode.workspace.isTrusted) return trustMessage;
  const root = vscode.workspace.workspaceFolders?.[0]?.uri;
  const isWhole = /^(?:\/|\\\\|[a-zA-Z]:[\\/])/.test(path);
  const uri = isWhole || root === undefined ? vscode.Uri.file(path) : vscode.Uri.joinPath(root, path);
  if (!vscode.workspace.getWorkspaceFolder(uri))
    return `${path} lies outside of the workspace: it is not run.`;
  if (!isScriptFile(fileOf(uri))) return `${path} is no TypeScript or JavaScript file.`;
  return uri;
}
