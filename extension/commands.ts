/** Runs what the manifest's commands ask for: `gradlens.openExample` is `openExample` in open-example.ts. */
import * as vscode from "vscode";
import { panelNames, showCommand } from "../webview/panels";
import { findSession, panelArguments } from "./command-target";
import type { Gradlens } from "./gradlens";

type Command = (gradlens: Gradlens, ...args: unknown[]) => void | Promise<void>;

const PREFIX = "gradlens.";

/** A panel for each that there is: opens or reveals it, at a node of the graph or at a finding when its number is given. */
const shows: ReadonlyMap<string, Command> = new Map(
  panelNames.map((name) => [
    showCommand(name),
    (gradlens, ...args) => {
      const [argument, item] = panelArguments(args[0], args[1]);
      const session = findSession(gradlens, argument);
      if (session) gradlens.panels.show(name, session, typeof item === "number" ? item : undefined);
    },
  ]),
);

/** The others are read when they are first called. */
async function load(name: string): Promise<Command> {
  const file = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const found = (await import(`./commands/${file}.ts`)) as Readonly<Record<string, Command>>;
  return found[name] as Command;
}

export function registerCommands(gradlens: Gradlens): vscode.Disposable {
  const { contributes } = gradlens.context.extension.packageJSON as {
    readonly contributes: { readonly commands: readonly { readonly command: string }[] };
  };
  const registered = contributes.commands.map(({ command }) => {
    const name = command.slice(PREFIX.length);
    return vscode.commands.registerCommand(command, async (...args: unknown[]) => {
      const run = shows.get(name) ?? (await load(name));
      await run(gradlens, ...args);
    });
  });
  return vscode.Disposable.from(...registered);
}
