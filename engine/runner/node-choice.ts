/** Which Node runs the engine process, and what it gets to see of the environment. */
import { execFile } from "node:child_process";

export interface NodeChoice {
  readonly path: string;
  /** Added to the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Shown to the person: why this one. */
  readonly reason: string;
}

const LEAST = [20, 19] as const;

/**
 * `nodePath` when it is set; else the Node that runs this, unless that is Electron, in which the GPU cannot be used:
 * then `node` of the PATH when it is new enough, else Electron as Node.
 */
export async function chooseNode(nodePath = ""): Promise<NodeChoice> {
  if (nodePath !== "") return { path: nodePath, env: {}, reason: "chosen by gradlens.nodePath" };
  if (!process.versions.electron)
    return { path: process.execPath, env: {}, reason: "the Node that runs here" };
  const version = await versionOf("node");
  if (version && isRecent(version)) return { path: "node", env: {}, reason: `node ${version} of the PATH` };
  const found = version ? `node of the PATH is ${version}, too old` : "there is no node on the PATH";
  return {
    path: process.execPath,
    env: { ELECTRON_RUN_AS_NODE: "1" },
    reason: `VS Code's own Node, without GPU: ${found}`,
  };
}

function versionOf(command: string): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(command, ["--version"], { timeout: 3000 }, (error, stdout) =>
      resolve(error ? null : stdout.trim().slice(1)),
    );
  });
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1]);
}

const needed =
  /^(PATH|HOME|USER|LANG|LANGUAGE|LC_.*|TZ|TMPDIR|TEMP|TMP|NODE_PATH|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|APPDATA|LOCALAPPDATA|USERPROFILE|PROGRAMFILES.*|PROGRAMDATA|XDG_.*|DISPLAY|WAYLAND_DISPLAY|VK_.*|LIBGL_.*|MESA_.*|LD_LIBRARY_PATH|DYLD_.*)$/i;

/** The variables that Node, a GPU driver and a model's packages need; no tokens, no editor's own. */
export function neededEnvironment(all: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(all).filter((entry): entry is [string, string] => {
    return needed.test(entry[0]) && entry[1] !== undefined;
  });
  return Object.fromEntries(kept);
}
