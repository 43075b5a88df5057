// Runs programs given on standard input, one after the other, and writes what each did to standard output.
import { createRequire } from "node:module";
import { inspect } from "node:util";
import vm from "node:vm";

let printed = [];
let events = [];
let top = null;

class Tensor {
  constructor(v) {
    this.v = v;
  }
  relu() {
    return relu(this);
  }
  add(other) {
    return add(this, other);
  }
}

/** Notes which operation ran, and the innermost call in the text that led to it. */
function record(op) {
  events.push({ op, site: top?.site ?? 0 });
}

function tensor(v) {
  return new Tensor(v);
}

function relu(x) {
  record("relu");
  return new Tensor(Math.max(0, x.v));
}

function tanh(x) {
  record("tanh");
  return new Tensor(Math.tanh(x.v));
}

function add(a, b) {
  record("add");
  return new Tensor(a.v + b.v);
}

const print = (...values) => {
  printed.push(
    values.map((value) => (typeof value === "string" ? value : inspect(value, { depth: 2 }))).join(" "),
  );
};

Object.assign(globalThis, { Tensor, tensor, relu, tanh, add, print, record });

const runtime = {
  enter(site) {
    const before = top;
    top = { site, before };
    return before;
  },
  leave(before, value) {
    top = before;
    return value;
  },
  called() {},
  calls: (_layer, _self, _name, fn) => fn,
  holds: (_layer, _isLayer, object) => object,
  keep() {},
  draws: (value) => value,
  into: () => top,
  out(before) {
    top = before;
  },
  threw: (_before, error) => error,
  tells: (forward) => forward,
  step: (_place, value) => value,
  reads: (_place, value) => value,
  writes: (_how, _place, value) => value,
  instead: () => undefined,
  burn: () => {},
  offer() {},
  declares() {},
  bind(binding, value) {
    events.push({ binding, value: value instanceof Tensor ? value.v : null });
    return value;
  },
  suspend: () => top,
  resume(suspended, value) {
    top = suspended;
    return value;
  },
};

async function evaluate({ name, code, format }) {
  if (format === "commonjs") {
    const run = vm.compileFunction(code, ["exports", "require", "module"], { filename: name });
    run.call({}, {}, createRequire(import.meta.url), { exports: {} });
    return;
  }
  const load = async (specifier) => {
    const names = await import(specifier);
    return new vm.SyntheticModule(Object.keys(names), function () {
      for (const key of Object.keys(names)) this.setExport(key, names[key]);
    });
  };
  const linked = async (specifier) => {
    const module = await load(specifier);
    await module.link(() => {});
    await module.evaluate();
    return module;
  };
  const module = new vm.SourceTextModule(code, { identifier: name, importModuleDynamically: linked });
  await module.link(load);
  await module.evaluate();
}

async function run(program) {
  printed = [];
  events = [];
  top = null;
  globalThis[program.runtime ?? "__gradlens"] = runtime;
  let error = null;
  try {
    await evaluate(program);
    await new Promise((resolve) => setTimeout(resolve, 5));
  } catch (cause) {
    error = { text: String(cause), stack: String(cause?.stack) };
  }
  return { name: program.name, printed, events, error, top: top === null };
}

let input = "";
for await (const chunk of process.stdin) input += chunk;
const results = [];
for (const program of JSON.parse(input)) results.push(await run(program));
process.stdout.write(JSON.stringify(results));
