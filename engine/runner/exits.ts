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
  process.exit = (code) => refuse(`process.exit(${code ?? ""})`);
  process.abort = () => refuse("process.abort()");
  const kill = process.kill.bind(process);
  process.kill = (pid, signal) => {
    if (pid === process.pid || pid === 0 || pid === -process.pid) {
      return signal === 0
        ? true
        : refuse(`process.kill(process.pid${signal === undefined ? "" : `, "${signal}"`})`);
    }
    return kill(pid, signal);
  };
  Object.assign(process, { reallyExit: (code?: number) => refuse(`process.reallyExit(${code ?? ""})`) });
}

function refuse(call: string): never {
  taken ??= new ModelProblem(`The model called ${call}, which would end the run`, {
    kind: "exit",
    hint: "leave the call out, or throw an Error to say what is wrong",
  });
  throw taken;
}
