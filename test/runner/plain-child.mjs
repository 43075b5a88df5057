// Runs model files as Node does, without Gradlens: only with the library. Writes what each printed and computed to a file.
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { manualSeed } from "gradlens";

const [out, ...files] = process.argv.slice(2);
let printed = "";
const take = (chunk) => {
  printed += chunk;
  return true;
};

/** The tensor that the file exports as its loss, or that its loss gives. */
async function lossOf(module) {
  const { loss } = "loss" in module ? module : (module.default ?? {});
  return typeof loss === "function" ? loss(0) : loss;
}

async function outcomeOf(file) {
  printed = "";
  manualSeed(0);
  process.argv.splice(1, process.argv.length, file);
  const module = await import(pathToFileURL(file).href);
  const loss = await lossOf(module);
  if (loss?.requiresGrad && !module.isSwept) loss.backward();
  const params = (module.params ?? module.default?.params ?? (() => ({})))();
  const entries = Object.entries(params).map(([name, x]) => {
    return [name, { value: [...x.data], grad: x.grad ? [...x.grad.data] : null }];
  });
  return { printed, loss: loss?.item() ?? null, params: Object.fromEntries(entries) };
}

const outcomes = {};
const { write } = process.stdout;
process.stdout.write = process.stderr.write = take;
for (const file of files) {
  try {
    outcomes[file] = await outcomeOf(file);
  } catch (error) {
    outcomes[file] = { error: String(error?.stack ?? error), printed };
  }
}
process.stdout.write = write;
writeFileSync(out, JSON.stringify(outcomes));
process.exit(0);
