// The command line as a person runs it: arguments in, text and exit code out.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { root } from "./engine";

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export function gradlens(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { cwd: root, maxBuffer: 1e8, env: { ...process.env, NO_COLOR: "" } };
    execFile(process.execPath, [join(root, "dist/cli.js"), ...args], options, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}
