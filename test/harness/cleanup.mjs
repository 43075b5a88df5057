// Undoes what was started, however this process ends: normally, by an error or by a signal.
import { rmSync } from "node:fs";

const pending = new Set();
let isListening = false;

function undoAll() {
  for (const undo of [...pending].reverse()) undo();
}

function listen() {
  if (isListening) return;
  isListening = true;
  process.on("exit", undoAll);
  for (const [signal, number] of [
    ["SIGINT", 2],
    ["SIGTERM", 15],
    ["SIGHUP", 1],
  ]) {
    process.on(signal, () => process.exit(128 + number));
  }
}

/** Runs `undo` (synchronously, once) when the returned function is called or this process ends. */
export function onEnd(undo) {
  listen();
  const once = () => {
    if (pending.delete(once)) undo();
  };
  pending.add(once);
  return once;
}

/** Deletes a folder at the end. */
export function removeAtEnd(folder) {
  return onEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 }));
}

/** Ends a child process that was started detached, with everything it started itself (by default, at once). */
export function killAtEnd(child, signal = "SIGKILL") {
  return onEnd(() => {
    try {
      process.kill(process.platform === "win32" ? child.pid : -child.pid, signal);
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
  });
}
