/** Ways out of the process that a model could take: each becomes an exception that says which one it was. */
import { ModelProblem } from "./model-problem";

let taken: ModelProblem | null = null;

/** The way out that the run took, also when the model caught the exception; then forgets it. */
export function takeExit(): ModelProblem | null {
  const found = taken;
  taken = null;
  return found;
}

/** Closes the ways out for good. The process is ended from outside. */
export function closeExits(): void {
  process.exit = (code) => refuse("process.exit", code);
  process.abort = () => refuse("process.abort");
  const { pid: own, ppid: parent } = process;
  const kill = process.kill.bind(process);
  process.kill = (pid, signal) => {
    // 0 is the whole group.
    const named = { [own]: "process.pid", [-own]: "-process.pid", [parent]: "process.ppid", 0: 0 }[pid];
    if (named === undefined) return kill(pid, signal);
    return signal === 0 ? true : refuse("process.kill", named, signal);
  };
  Object.assign(process, { reallyExit: (code?: unknown) => refuse("process.reallyExit", code) });
}

function refuse(name: string, ...args: readonly unknown[]): never {
  const given = args.filter((each) => each !== undefined).map(showArgument);
  taken ??= new ModelProblem(`The model called ${name}(${given.join(", ")}), which would end the run`, {
    kind: "exit",
    hint: "leave the call out, or throw an Error to say what is wrong",
  });
  throw taken;
}

function showArgument(value: unknown): string {
  if (typeof value === "string") return value.startsWith("SIG") ? JSON.stringify(value) : value;
  return typeof value === "number" ? String(value) : "…";
}
