/** An engine process for a command: what its model prints is printed, and it ends with the command. */
import { join } from "node:path";
import { printed } from "../core/printable";
import type { Limits } from "../report/questions";
import { Engine } from "../runner/client";
import type { OutputParams } from "../runner/protocol";
import { currentFolder } from "./current-folder";
import { hasColours } from "./terminal";

export interface EngineChoice {
  readonly nodePath: string;
  /** True when the standard output belongs to data. */
  readonly stdoutIsData: boolean;
  /** True where nobody asked for what the model prints. */
  readonly isSilent?: boolean;
}

export async function withEngine<T>(
  { nodePath, stdoutIsData, isSilent = false }: EngineChoice,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const onOutput = ({ stream, text }: OutputParams) => {
    if (isSilent) return;
    const to = stream === "stderr" || stdoutIsData ? process.stderr : process.stdout;
    // A file or the next program gets what was printed, as from plain Node.
    to.write(to.isTTY ? printed(text, hasColours(to, process.env)) : text);
  };
  const script = join(__dirname, "engine.js");
  const engine = new Engine({ script, folder: currentFolder ?? "/", nodePath, onOutput });
  process.once("exit", () => engine.dispose());
  try {
    return await work(engine);
  } finally {
    engine.dispose();
  }
}

export function limitsOf({ timeoutMs, memoryMiB }: Pick<Limits, "timeoutMs" | "memoryMiB">): Limits {
  return { timeoutMs, memoryMiB, maxOperations: 5_000_000 };
}
