/** Registers what assistants may ask for; the tools themselves are read when the first one is called. */
import * as vscode from "vscode";
import type { Gradlens } from "../gradlens";

const PREFIX = "gradlens_";

export function registerAssistantTools(gradlens: Gradlens): vscode.Disposable {
  const { contributes } = gradlens.context.extension.packageJSON as {
    readonly contributes: { readonly languageModelTools?: readonly { readonly name: string }[] };
  };
  // Editors made of VS Code may leave this out.
  const lm: Partial<typeof vscode.lm> | undefined = vscode.lm;
  if (!lm?.registerTool) return new vscode.Disposable(() => undefined);
  const find = async (name: string) => {
    const { toolsFor } = await import("./tools");
    const tool = toolsFor(gradlens).get(name.slice(PREFIX.length));
    if (!tool) throw new Error(`There is no tool ${name}`);
    return tool;
  };
  const registered = (contributes.languageModelTools ?? []).map(({ name }) =>
    vscode.lm.registerTool<object>(name, {
      prepareInvocation: async (options, token) => (await find(name)).prepareInvocation?.(options, token),
      invoke: async (options, token) => (await find(name)).invoke(options, token),
    }),
  );
  return vscode.Disposable.from(...registered);
}
