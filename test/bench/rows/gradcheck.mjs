// Gradient checks: every parameter of a small network one by one, a single wrong element among a million, and models of
// real size, which are checked as a person does it in a terminal, within the budget of a minute.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { labels, values } from "../data.mjs";

const [batch, inputs, hidden, classes] = [16, 64, 64, 10];
const many = 1_000_000;
const wrong = 654_321;
const mostPairs = 40;

/** The check that found the wrong element; the first one says how. */
async function findWrong(g, w) {
  const [check] = await g.gradcheck((x) => g.sum(scaled(g)(x)), w);
  const pairs = Number(/(\d+) pairs/.exec(check.message)?.[1]);
  if (check.verdict !== "wrong-derivative" || check.worst?.index[0] !== wrong) throw new Error(check.message);
  if (!(pairs <= mostPairs))
    throw new Error(`found with ${pairs} pairs of evaluations, more than ${mostPairs}`);
  return pairs;
}

/** sin(x) · 2 with a backward pass that forgets one element. */
const scaled = (g) =>
  g.customOp({
    name: "scaled",
    forward: (x) => g.mul(g.sin(x), 2),
    backward({ grad, inputs: [x] }) {
      const out = g.mul(grad, g.mul(g.cos(x), 2));
      out.data[wrong] = 0;
      return out;
    },
  });

const budgetSeconds = 60;
/** A busy machine takes this long to start, run and report besides. */
const besidesSeconds = 30;

/** `gradlens check` of a model of the folder beside: its checks and what it told on the way, as long as it kept its budget. */
async function checkInTerminal(model) {
  const file = fileURLToPath(new URL(`../models/${model}`, import.meta.url));
  const cli = fileURLToPath(new URL("../../../dist/cli.js", import.meta.url));
  const begun = performance.now();
  const child = spawn(process.execPath, [cli, "check", file, "--json", "--budget", String(budgetSeconds)]);
  const read = async (stream) => Buffer.concat(await stream.toArray()).toString();
  const [out, err] = await Promise.all([read(child.stdout), read(child.stderr)]);
  const seconds = (performance.now() - begun) / 1000;
  if (seconds > budgetSeconds + besidesSeconds) throw new Error(`took ${seconds.toFixed(0)} s`);
  const { checks } = answerOf(JSON.parse(out));
  const progress = err.split("\n").filter((line) => /^\d+ %/.test(line));
  if (seconds > 20 && progress.length === 0) throw new Error("showed no progress");
  return { checks, progress };
}

/** Checks stand alone or beside findings. */
function answerOf(answer) {
  if (answer.failure) throw new Error(answer.failure.message);
  return Array.isArray(answer) ? { checks: answer } : answer;
}

/** A row that runs once, and says what was compared. `judge` gives what is wrong with the checks, or null. */
function inTerminal(order, model, judge) {
  return {
    order,
    once: true,
    ours: () => async () => {
      const { checks, progress } = await checkInTerminal(model);
      const count = (verdict) => checks.filter((check) => check.verdict === verdict).length;
      const verdicts = [...new Set(checks.map(({ verdict }) => verdict))];
      const alone = checks.filter(({ method }) => method === "every-element");
      const sum = (of) => alone.reduce((total, each) => total + each[of], 0).toLocaleString("en");
      console.error(`  ${verdicts.map((verdict) => `${count(verdict)} ${verdict}`).join(", ")}`);
      console.error(
        `  ${sum("checked")} of ${sum("elements")} elements one by one; ${progress.length} lines of progress`,
      );
      const problem = judge(checks);
      if (problem !== null) throw new Error(problem);
    },
  };
}

/** Right models have no failing verdict, and something was compared of every parameter. */
function rightOnes(checks) {
  const bad = checks.find(({ outcome, verdict }) => outcome === "fail" || verdict === "not-checked");
  return bad === undefined ? null : `${bad.target}.${bad.parameter}: ${bad.message}`;
}

/** The convolution that was planted is found and named, by operation and line, and nothing else is accused. */
function plantedOne(checks) {
  const failing = checks.filter(({ outcome }) => outcome === "fail");
  const [{ target, culprit } = {}] = failing;
  const isNamed = culprit?.op === "convolve" && culprit.site?.line === 36;
  if (failing.length === 1 && target === "net.layer2.1.conv2" && isNamed) return null;
  return `found ${failing.map((check) => `${check.target}.${check.parameter}: ${check.message}`).join("; ") || "nothing"}`;
}

export const rows = {
  "gradcheck of ResNet-18, 11.7 million weights, a minute": inTerminal(42, "resnet18.ts", rightOnes),
  "gradcheck of ResNet-18 with a wrong convolution, a minute": inTerminal(
    43,
    "resnet18-wrong.ts",
    plantedOne,
  ),
  "gradcheck of a hand-written layer of 784 × 100, batch 8, a minute": inTerminal(
    44,
    "hand-784.ts",
    rightOnes,
  ),
  "gradcheck of a transformer of 12 layers, a minute": inTerminal(45, "transformer-12.ts", rightOnes),
  "gradcheck, all 4,810 parameters": {
    order: 40,
    ours(g) {
      const leaf = (...shape) => g.tensor(values(shape), { shape, dtype: "float64", requiresGrad: true });
      const parameters = [leaf(hidden, inputs), leaf(hidden), leaf(classes, hidden), leaf(classes)];
      const x = g.tensor(values([batch, inputs]), { shape: [batch, inputs], dtype: "float64" });
      const y = g.tensor(labels(batch, classes));
      return async () => {
        const checks = await g.gradcheck(
          (w, b, v, c) => g.crossEntropy(g.linear(g.tanh(g.linear(x, w, b)), v, c), y),
          parameters,
        );
        const bad = checks.find(({ verdict }) => verdict !== "ok");
        if (bad) throw new Error(bad.message);
      };
    },
  },
  "gradcheck, 1 wrong of 1,000,000": {
    order: 41,
    ours(g) {
      const w = g.tensor(values([many]), { shape: [many], dtype: "float64", requiresGrad: true });
      let said = false;
      return async () => {
        const pairs = await findWrong(g, w);
        if (!said) console.error(`  found with ${pairs} pairs of evaluations`);
        said = true;
      };
    },
  },
};
