/** Edits that rules of the diagnosis ask for: exactly what a person would write, imports included, or none at all. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Remedy } from "../../engine/report/remedy";
import type { Site } from "../../engine/report/report";
import { editsOf, Positions } from "../../engine/source";
import { applyEdits } from "../../engine/source/apply-edits";

const file = "/m.ts";

/** The place of a stretch of the text that stands in it once. */
function at(text: string, part: string): Site {
  const start = text.indexOf(part);
  assert.ok(start >= 0 && text.indexOf(part, start + 1) < 0, `"${part}" stands once in the text`);
  return { file, ...new Positions(text).range(start, start + part.length) };
}

/** The text with the edits made; null where there are none. */
function edited(text: string, ...remedies: Remedy[]): string | null {
  const edits = editsOf(text, file, remedies);
  const positions = new Positions(text);
  return (
    edits?.toReversed().reduce((now, { range, newText }) => {
      const start = positions.offset(range.line, range.column);
      return now.slice(0, start) + newText + now.slice(positions.offset(range.endLine, range.endColumn));
    }, text) ?? null
  );
}

const callee = (text: string, part: string, name: string) =>
  edited(text, { change: "callee", call: at(text, part), name });

describe("another function in a call", () => {
  it("is imported beside the one that was there", () => {
    assert.equal(
      callee('import { nn, sigmoid } from "gradlens";\nconst y = sigmoid(x);\n', "sigmoid(x)", "relu"),
      'import { relu, nn, sigmoid } from "gradlens";\nconst y = relu(x);\n',
    );
    assert.equal(
      callee('import { relu as r, tanh } from "gradlens";\nconst y = tanh(x);\n', "tanh(x)", "relu"),
      'import { relu as r, tanh } from "gradlens";\nconst y = r(x);\n',
    );
  });

  it("is imported once for several calls", () => {
    const text = 'import { tanh } from "gradlens";\nconst y = tanh(x) + tanh(z);\n';
    const calls = ["tanh(x)", "tanh(z)"].map((part): Remedy => {
      return { change: "callee", call: at(text, part), name: "relu" };
    });
    assert.equal(
      edited(text, ...calls),
      'import { relu, tanh } from "gradlens";\nconst y = relu(x) + relu(z);\n',
    );
  });

  it("is found in a namespace, as a method, as a layer, and from require", () => {
    const all = 'import * as g from "gradlens";\n';
    assert.equal(callee(`${all}g.tanh(x);`, "g.tanh(x)", "relu"), `${all}g.relu(x);`);
    assert.equal(callee("const y = x.tanh();", "x.tanh()", "relu"), "const y = x.relu();");
    assert.equal(
      callee("const a = new nn.Sigmoid();", "new nn.Sigmoid()", "relu"),
      "const a = new nn.ReLU();",
    );
    assert.equal(
      callee('const { tanh } = require("gradlens");\ntanh(x);', "tanh(x)", "relu"),
      'const { relu, tanh } = require("gradlens");\nrelu(x);',
    );
  });

  it("is known under the name that require gave it, and what is only a field means nothing else", () => {
    const required = 'const { tanh, relu: r } = require("gradlens");\ntanh(x);';
    assert.equal(callee(required, "tanh(x)", "relu"), required.replace("tanh(x)", "r(x)"));
    const types = 'import { type Tensor, tanh } from "gradlens";\n';
    assert.equal(
      callee(`${types}({ relu: a.relu });\ntanh(x);`, "tanh(x)", "relu"),
      `${types.replace("tanh", "relu, tanh")}({ relu: a.relu });\nrelu(x);`,
    );
  });

  it("is not written where the name means something else, or nothing", () => {
    const imported = 'import { tanh } from "gradlens";\n';
    assert.equal(callee(`${imported}a[relu];\ntanh(x);`, "tanh(x)", "relu"), null);
    assert.equal(callee(`${imported}a = { relu };\ntanh(x);`, "tanh(x)", "relu"), null);
    assert.equal(callee("(f || g)(x);", "(f || g)(x)", "relu"), null);
    assert.equal(
      callee('import { tanh } from "gradlens";\nconst relu = 3;\ntanh(x);', "tanh(x)", "relu"),
      null,
    );
    assert.equal(callee("const tanh = Math.tanh;\ntanh(x);", "tanh(x)", "relu"), null);
    assert.equal(callee("f(x, y);", "x, y", "relu"), null);
  });
});

describe("an option of a call", () => {
  const set = (text: string, value: string, position?: number) =>
    edited(text, {
      change: "option",
      call: at(text, text.slice(4, -1)),
      name: "lr",
      value,
      ...(position === undefined ? {} : { position }),
    });

  it("is changed, added, or given by position as the one before", () => {
    assert.equal(set("a = f(p, { lr: 1 });", "0.1"), "a = f(p, { lr: 0.1 });");
    assert.equal(set("a = f(p, { lr });", "0.1"), "a = f(p, { lr: 0.1 });");
    assert.equal(set("a = f(p, { b: 2 });", "0.1"), "a = f(p, { b: 2, lr: 0.1 });");
    assert.equal(set("a = f(p, {});", "0.1"), "a = f(p, { lr: 0.1 });");
    assert.equal(set("a = f(p);", "0.1"), "a = f(p, { lr: 0.1 });");
    assert.equal(set("a = f();", "0.1"), "a = f({ lr: 0.1 });");
    assert.equal(set("a = f(p, 3);", "0.1", 1), "a = f(p, 0.1);");
    assert.equal(set("a = f(p, some);", "0.1", 1), "a = f(p, { ...some, lr: 0.1 });");
    assert.equal(set("a = f(...all);", "0.1"), null);
  });

  it("goes into a copy of options that stand in a variable, and data is no options", () => {
    const inside = (before: string) => {
      const text = `${before}\na = f(p, o);\n`;
      const call = at(text, "f(p, o)");
      return edited(text, { change: "option", call, name: "lr", value: "0.1" })?.split("\n")[1];
    };
    assert.equal(inside("const o = { lr: 1 };"), "a = f(p, { ...o, lr: 0.1 });");
    assert.equal(inside("const o = randn([2]);"), "a = f(p, o, { lr: 0.1 });");
    assert.equal(inside("g((o) => { const o2 = { lr: 1 }; });"), "a = f(p, o, { lr: 0.1 });");
  });
});

describe("an argument of a call", () => {
  it("is changed, or follows the last one, and never one of unknown number", () => {
    const give = (text: string, index: number) =>
      edited(text, { change: "argument", call: at(text, text.slice(0, -1)), index, value: "7" });
    assert.equal(give("f(x, y);", 0), "f(7, y);");
    assert.equal(give("f(x, y);", 1), "f(x, 7);");
    assert.equal(give("f(x, y);", 2), "f(x, y, 7);");
    assert.equal(give("f();", 0), "f(7);");
    assert.equal(give("f(x, y);", 3), null);
    assert.equal(give("f(...x, y);", 1), null);
    assert.equal(give("f(x, ...y);", 1), null);
    assert.equal(give("f(x, ...y);", 0), "f(7, ...y);");
  });
});

describe("a call that is left out", () => {
  const out = (text: string, part: string) => edited(text, { change: "unwrap", call: at(text, part) });

  it("leaves its first argument or the object of the method", () => {
    assert.equal(out("y = softmax(x, { dim: 1 });", "softmax(x, { dim: 1 })"), "y = x;");
    assert.equal(out("y = x.softmax();", "x.softmax()"), "y = x;");
    assert.equal(out("y = f(a + b).g();", "f(a + b)"), "y = (a + b).g();");
    assert.equal(out("const y = f(a + b);", "f(a + b)"), "const y = a + b;");
    assert.equal(out("() => { return f(a + b); };", "f(a + b)"), "() => { return a + b; };");
    assert.equal(out("y = g.softmax(x, 1);", "g.softmax(x, 1)"), "y = x;");
    assert.equal(out("y = softmax(...x);", "softmax(...x)"), null);
    assert.equal(out("y = softmax();", "softmax()"), null);
  });

  it("constructs a layer behind another one of a list, and nowhere else", () => {
    const behind = (text: string, part: string) =>
      edited(text, { change: "behind", call: at(text, part), name: "ReLU" });
    const list = "s = new nn.Sequential(new nn.Linear(1, 2), new nn.Linear(2, 3));";
    const done = "s = new nn.Sequential(new nn.Linear(1, 2), new nn.ReLU(), new nn.Linear(2, 3));";
    assert.equal(behind(list, "new nn.Linear(1, 2)"), done);
    assert.equal(
      behind("s = [new nn.Linear(1, 2)];", "new nn.Linear(1, 2)"),
      "s = [new nn.Linear(1, 2), new nn.ReLU()];",
    );
    assert.equal(behind("s = new nn.Linear(1, 2);", "new nn.Linear(1, 2)"), null);
    assert.equal(behind("s = [new Linear(1, 2)];", "new Linear(1, 2)"), null);
  });

  it("takes a layer out of its list, or puts one there that does nothing", () => {
    const list = "s = new nn.Sequential(new nn.Linear(1, 2), new nn.Softmax(1));";
    assert.equal(out(list, "new nn.Softmax(1)"), "s = new nn.Sequential(new nn.Linear(1, 2));");
    assert.equal(out("s = [new nn.ReLU(), f];", "new nn.ReLU()"), "s = [f];");
    assert.equal(out("s = [e, new nn.ReLU(), f];", "new nn.ReLU()"), "s = [e, f];");
    assert.equal(out("y = (new nn.ReLU())(x, z);", "new nn.ReLU()"), "y = (new nn.Identity())(x, z);");
    assert.equal(out("class A { act = new Sigmoid(); }", "new Sigmoid()"), null);
    assert.equal(
      out("class A { act = new nn.Sigmoid(); }", "new nn.Sigmoid()"),
      "class A { act = new nn.Identity(); }",
    );
  });
});

describe("a call around an expression, and statements", () => {
  it("come with their imports and the indentation around them", () => {
    const text = 'import { mul } from "gradlens";\nfunction f(x) {\n  const y = mul(x, 2);\n  return y;\n}\n';
    assert.equal(
      edited(text, { change: "wrap", expression: at(text, "mul(x, 2)"), name: "relu" }),
      text.replace("{ mul }", "{ relu, mul }").replace("mul(x, 2)", "relu(mul(x, 2))"),
    );
    assert.equal(
      edited(text, { change: "insert", at: at(text, "mul(x, 2)"), where: "after", text: "g();\nh();" }),
      text.replace("2);\n", "2);\n  g();\n  h();\n"),
    );
    assert.equal(
      edited(text, { change: "insert", at: at(text, "mul(x, 2)"), where: "before", text: "g();" }),
      text.replace("  const", "  g();\n  const"),
    );
  });

  it("are removed with their line, but no declaration that others need", () => {
    const text = "a();\n  b(1);\nc();\nconst d = e();\n";
    assert.equal(edited(text, { change: "remove", at: at(text, "b(1)") }), "a();\nc();\nconst d = e();\n");
    assert.equal(edited(text, { change: "remove", at: at(text, "e()") }), null);
    const beside = "a(); b(1);\n  c();";
    assert.equal(edited(beside, { change: "remove", at: at(beside, "b(1)") }), "a(); \n  c();");
    assert.equal(edited(beside, { change: "remove", at: at(beside, "a()") }), " b(1);\n  c();");
    assert.equal(edited(beside, { change: "remove", at: at(beside, "c()") }), "a(); b(1);\n  ");
    const field = "class A {\n  fc = make();\n}\n";
    assert.equal(
      edited(field, { change: "insert", at: at(field, "make()"), where: "after", text: "g();" }),
      null,
    );
  });

  it("stand in a function's own block, and not behind what it returns", () => {
    const insert = (text: string, part: string, where: "before" | "after") =>
      edited(text, { change: "insert", at: at(text, part), where, text: "g();" });
    assert.equal(insert("f = (x) => h(x);\n", "h(x)", "after"), null);
    assert.equal(
      insert("f = (x) => {\n  h(x);\n};\n", "h(x)", "after"),
      "f = (x) => {\n  h(x);\n  g();\n};\n",
    );
    assert.equal(insert("() => {\n  return h(x);\n};\n", "h(x)", "after"), null);
    assert.equal(
      insert("() => {\n  return h(x);\n};\n", "h(x)", "before"),
      "() => {\n  g();\n  return h(x);\n};\n",
    );
  });

  it("are all made, or none", () => {
    const text = "a = f(p, { lr: 1 });\n";
    const lr: Remedy = { change: "option", call: at(text, "f(p, { lr: 1 })"), name: "lr", value: "2" };
    const decay: Remedy = { ...lr, name: "weightDecay", value: "0" };
    assert.equal(edited(text, lr, decay), "a = f(p, { lr: 2, weightDecay: 0 });\n");
    assert.equal(edited(text, lr, { ...lr, value: "3" }), null);
    assert.equal(edited(text, lr, lr), "a = f(p, { lr: 2 });\n");
    assert.equal(edited(text, lr, { change: "remove", at: { ...at(text, "p"), line: 9 } }), null);
  });
});

describe("edits of a text", () => {
  it("are put in from the end, what stands in front of a stretch after that, and none of other files", () => {
    const edit = (line: number, column: number, endColumn: number, newText: string, name = file) => {
      return { site: { file: name, line, column, endLine: line, endColumn }, newText };
    };
    const edits = [edit(1, 1, 2, "A"), edit(2, 2, 4, "EF"), edit(2, 2, 2, "-"), edit(2, 1, 2, "!", "/b.ts")];
    assert.equal(applyEdits("abc\ndef", file, edits), "Abc\nd-EF");
    assert.equal(applyEdits("abc\ndef", file, edits.toReversed()), "Abc\nd-EF");
  });
});
