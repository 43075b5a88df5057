/** Messages in the corner: rare, one at a time, and each can be silenced. What is not shown there stands in the status bar. */
import * as vscode from "vscode";
import { log } from "./log";

/** VS Code puts a message away after about this long. */
const SHOWN_MS = 10_000;
const BRIEF_MS = 5_000;

type Action = () => unknown;

export class Toasts {
  #current: { readonly message: string; readonly until: number } | null = null;

  constructor(private readonly memory: vscode.Memento) {}

  /** Says something that a command needs to say; `id` is what is silenced. Waits for nobody's answer. */
  say(id: string, message: string, actions: Readonly<Record<string, Action>> = {}): void {
    this.#show(id, message, actions).catch((error) => log.error(error));
  }

  async #show(id: string, message: string, actions: Readonly<Record<string, Action>>): Promise<void> {
    const key = `silenced.${id}`;
    const current = this.#current && Date.now() < this.#current.until ? this.#current : null;
    if (current?.message === message) return;
    if (current || this.memory.get(key) === true) {
      vscode.window.setStatusBarMessage(`Gradlens: ${message}`, BRIEF_MS);
      return;
    }
    const own = { message, until: Date.now() + SHOWN_MS };
    this.#current = own;
    const silence = "Don't Show Again";
    const chosen = await vscode.window.showInformationMessage(message, ...Object.keys(actions), silence);
    if (this.#current === own) this.#current = null;
    if (chosen === silence) await this.memory.update(key, true);
    else if (chosen !== undefined) await actions[chosen]?.();
  }
}
