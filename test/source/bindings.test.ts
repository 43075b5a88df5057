/** Names get the values that they get in the text, and every use of a name finds them again. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { analyse, compile } from "../../engine/source";
import { marked, runPrograms } from "./programs";
import { textAt } from "./text-at";

/** What each name was given, in order, as `name=value`. */
function run(text: string): string[] {
  const program = marked("model.ts", `print("run");${text}`);
  const [outcome] = runPrograms([program]);
  assert.equal(outcome?.error, null);
  const names = new Map(program.analysis.bindings.map(({ id, name }) => [id, name]));
  return (outcome?.events ?? []).flatMap(({ binding, value }) =>
    binding === undefined || value === null ? [] : `${names.get(binding)}=${value}`,
  );
}

/** The names and lines of the bindings that each use of a name may refer to. */
function usesOf(text: string, name: string): string[] {
  const { analysis } = analyse(text, "model.ts");
  assert.ok(analysis);
  const lines = new Map(analysis.bindings.map(({ id, range }) => [id, range.line]));
  return analysis.identifiers
    .filter((identifier) => identifier.name === name)
    .map(({ range, bindings }) => `${range.line}: ${bindings.map((id) => lines.get(id)).join(" ")}`);
}

describe("bindings", () => {
  it("give variables, fields, parameters, loops, results and elements their values", () => {
    assert.deepEqual(run("const h = relu(tensor(1));"), ["h=1"]);
    assert.deepEqual(run("let h = tensor(1); h = tensor(2); h ??= tensor(3);"), ["h=1", "h=2", "h=2"]);
    assert.deepEqual(run("const { a, b: [c] } = { a: tensor(1), b: [tensor(2)] };"), ["a=1", "c=2"]);
    assert.deepEqual(run("const [a, ...[b]] = [tensor(1), tensor(2)]; let x; [x] = [b];"), [
      "a=1",
      "b=2",
      "x=2",
    ]);
    assert.deepEqual(run("for (const x of [tensor(1), tensor(2)]) print(x.v);"), ["x=1", "x=2"]);
    assert.deepEqual(run("let x; for (x of [tensor(1)]);"), ["x=1"]);
    assert.deepEqual(run("for (let [a] = [tensor(1)], i = 0; i < 2; i++) print(a.v);"), ["a=1"]);
    assert.deepEqual(run("const f = (x: Tensor) => relu(x); f(tensor(1));"), ["x=1", "f=1"]);
    assert.deepEqual(run("function f({ x }: any, y = tensor(2)) { return y; } f({ x: tensor(1) });"), [
      "x=1",
      "y=2",
      "f=2",
    ]);
    assert.deepEqual(run("const list: Tensor[] = []; list[0] = tensor(1);"), ["list[0]=1"]);
    assert.deepEqual(run("const p = { w: tensor(1), deep: { b: tensor(2) } };"), ["p.w=1", "p.deep.b=2"]);
    assert.deepEqual(
      run(
        "class N { w = tensor(1); #p = tensor(2); static s = tensor(3); f() { this.w = tensor(4); } } new N().f();",
      ),
      ["N.s=3", "this.w=1", "this.#p=2", "this.w=4"],
    );
    assert.deepEqual(run("class N { constructor(readonly w: Tensor) {} } new N(tensor(1));"), ["this.w=1"]);
    assert.deepEqual(run("const x = await (async () => tensor(1))();"), ["return=1", "x=1"]);
    assert.deepEqual(run("using x = null; const y = tensor(1) as any as Tensor;"), ["y=1"]);
  });

  it("are left out where no tensor can be", () => {
    const text =
      "const a = 1, b = 'x', c = () => 1, d = class {}, e = -a, f = a + a, g = `t`; let h; function k(n: number) { return n * 2; }";
    assert.deepEqual(compile(text, "model.ts", 1, 1).analysis.bindings, []);
  });

  it("name results by their function, also of callbacks", () => {
    const text =
      "class Net { forward(x: any) { return [x].map((y) => f(y)); } }\nexport default (x: any) => f(x);";
    const { bindings } = compile(text, "model.ts", 1, 1).analysis;
    const results = bindings.filter(({ role }) => role === "return").map(({ name }) => name);
    assert.deepEqual(results, ["Net.forward", "Net.forward", "default"]);
  });
});

describe("uses of names", () => {
  it("find the last value above first", () => {
    assert.deepEqual(usesOf("let h = f();\nh = f(h);\nprint(h);\n", "h"), ["2: 1 2", "3: 2 1"]);
  });

  it("tell variables of the same name apart", () => {
    const text =
      "const x = f();\nfunction g(x: any) {\n  print(x);\n  { const x = f(); print(x); }\n}\nprint(x);\n";
    assert.deepEqual(usesOf(text, "x"), ["3: 2", "4: 4", "6: 1"]);
  });

  it("reach into closures, loops and later assignments", () => {
    const text = "let h;\nconst read = () => h;\nfor (const x of f()) {\n  h = f(x, h);\n}\n";
    assert.deepEqual(usesOf(text, "h"), ["1: 4", "2: 4", "4: 4"]);
  });

  it("follow fields through the class, its parents and an instance", () => {
    const text = `class A { w = f(); }
class B extends A {
  b = f();
  g() { return this.w + this.b; }
}
const net = new B();
print(net.w, net.b);
`;
    assert.deepEqual(usesOf(text, "this.w"), ["4: 1"]);
    assert.deepEqual(usesOf(text, "this.b"), ["4: 3"]);
    assert.deepEqual(usesOf(text, "net.w"), ["7: 1"]);
    assert.deepEqual(usesOf(text, "net.b"), ["7: 3"]);
  });

  it("follow a field that is a parameter under both names", () => {
    const text =
      "class A {\n  constructor(readonly w = f()) {\n    f(w);\n  }\n  g() { return this.w; }\n}\n";
    assert.deepEqual(usesOf(text, "w"), ["3: 2"]);
    assert.deepEqual(usesOf(text, "this.w"), ["5: 2"]);
  });

  it("include a field's declaration whose value comes later", () => {
    const text = "class A {\n  w!: Tensor;\n  constructor() {\n    this.w = f();\n  }\n}\n";
    assert.deepEqual(usesOf(text, "this.w"), ["2: 4"]);
  });

  it("stay few and near when a name is bound very often", () => {
    const text = `let x = f();\n${"x = f(x);\n".repeat(500)}`;
    const uses = usesOf(text, "x");
    assert.equal(uses.length, 500);
    assert.match(uses[249] ?? "", /^251: 250 249 248 (\d+ ){28}\d+$/);
  });

  it("follow properties of an object", () => {
    const text = "const params = {\n  w: f(),\n};\nparams.w = g(params.w);\n";
    assert.deepEqual(usesOf(text, "params.w"), ["4: 2 4"]);
  });

  it("leave out keys, labels and types", () => {
    const text = "const x = f();\ntype T = typeof x;\nx: for (;;) break x;\nprint({ x: 1 }.x, { x });\n";
    assert.deepEqual(usesOf(text, "x"), ["4: 1"]);
    const { analysis } = analyse(text, "model.ts");
    assert.deepEqual(
      analysis?.identifiers.map(({ range }) => textAt(text, range)),
      ["x"],
    );
  });
});
