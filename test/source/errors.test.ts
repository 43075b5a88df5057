/** A text that cannot be run is refused with a sentence and the exact place; one that throws keeps its lines. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { analyse, compile, type SourceError, SourceProblem } from "../../engine/source";
import { marked, runPrograms } from "./programs";
import { textAt } from "./text-at";

function refuse(text: string, file = "model.ts"): SourceError {
  const { analysis, error } = analyse(text, file);
  assert.equal(analysis, null, text);
  assert.ok(error);
  assert.equal(error.file, file);
  assert.throws(
    () => compile(text, file, 1, 1),
    (cause) => cause instanceof SourceProblem && cause.error.message === error.message,
  );
  return error;
}

/** Text, the line and the words of the place, message, hint. */
const wrong: [text: string, place: string, message: string, hint?: string][] = [
  ["let x = ;", "1 ;", "Syntax error: unexpected `;`"],
  ["f(1,, 2)", "1 ,", "Syntax error: unexpected `,`"],
  [
    "f(1)\n  f(a b)",
    "2 b",
    "Syntax error: unexpected `b`",
    "A comma or an operator may be missing in front of `b`.",
  ],
  [
    "relu(x\n",
    "2 ",
    "Syntax error: the file ends here, expected `)`",
    "The `(` at line 1, column 5 is not closed.",
  ],
  [
    "class A {\n  f() {\n  }\n",
    "4 ",
    "Syntax error: the file ends here, expected `}`",
    "The `{` at line 1, column 9 is not closed.",
  ],
  [
    "const x = tensor([1, 2);",
    "1 )",
    "Syntax error: expected `]`, found `)`",
    "The `[` at line 1, column 18 is not closed.",
  ],
  [
    "if (a) {\n  f(\n}",
    "3 }",
    "Syntax error: expected `)`, found `}`",
    "The `(` at line 2, column 4 is not closed.",
  ],
  ["f();\n}\n", "2 }", "Syntax error: unexpected `}`"],
  ["const x =\n", "2 ", "Syntax error: the file ends in the middle of a statement"],
  ["const t = 'abc", "1 'abc", "Syntax error: unterminated string constant"],
  ["let x = 1;\nlet x = 2;", "2 x", "Syntax error: identifier 'x' has already been declared"],
  ["return 3", "1 return", "Syntax error: 'return' outside of function"],
  [
    "function f() {\n  await g();\n}",
    "2 await",
    "Syntax error: cannot use keyword 'await' outside an async function",
  ],
  ["export { nothing };", "1 nothing", "Syntax error: export 'nothing' is not defined"],
  [
    "def f(x):",
    "1 f",
    "Syntax error: unexpected `f`",
    "A semicolon, a comma or an operator may be missing in front of `f`.",
  ],
  [
    "const a: Tensor = <div>hi</div>;",
    "1 <div>hi</div>",
    "JSX is not supported in a model file",
    "Move the component to a file of its own: a model file computes and draws nothing.",
  ],
  [
    "f(\n  <>a</>\n);",
    "2 <>a</>",
    "JSX is not supported in a model file",
    "Move the component to a file of its own: a model file computes and draws nothing.",
  ],
  [
    "f();\n@layer class A {}",
    "2 @layer",
    "Decorators are not supported in a model file",
    "Call the function yourself: `const A = decorate(class A { … })`.",
  ],
  [
    "class A { @field x = 1; }",
    "1 @field",
    "Decorators are not supported in a model file",
    "Call the function yourself: `const A = decorate(class A { … })`.",
  ],
  [
    "f();\n@torch.jit(1)\nexport function g() {}",
    "2 @torch.jit",
    "Decorators are not supported in a model file",
    "Call the function yourself: `const A = decorate(class A { … })`.",
  ],
  [
    "export const a = 1;\nexport = a;",
    "2 export = a;",
    "`export =` is not supported in an ES module",
    "Use `export default` or named exports, or `import … = require(…)` for all that the file imports.",
  ],
  [
    "export as namespace G;",
    "1 export as namespace G;",
    "`export as namespace` is not supported in a model file",
    "It belongs into a .d.ts file: leave it out here.",
  ],
  [
    "export import a = B.c;",
    "1 export import a = B.c;",
    "`export import … =` is not supported in a model file",
    "Write `export const a = b.c;`.",
  ],
  [
    "using a = f();\nexport const b = 1;",
    "1 using a = f();",
    "`using` is not supported at the top of a file that exports, nor in the head of a plain `for`",
    "Put it into a function or a block.",
  ],
  [
    "class A { accessor [k] = 1; }",
    "1 accessor [k] = 1;",
    "An `accessor` with a computed name is not supported in a model file",
    "Give it a plain name, or write a getter and a setter.",
  ],
];

describe("texts that cannot be run", () => {
  for (const [text, place, message, hint] of wrong) {
    it(`${JSON.stringify(text)}: ${message}`, () => {
      const error = refuse(text);
      assert.equal(error.message, message);
      assert.equal(error.hint, hint);
      assert.equal(`${error.range.line} ${textAt(text, error.range)}`, place);
    });
  }

  it("are refused in JavaScript as in TypeScript", () => {
    assert.equal(refuse("const x: number = 1;", "a.js").message, "Syntax error: unexpected `:`");
    assert.equal(refuse("const x = <a/>;", "a.jsx").message, "JSX is not supported in a model file");
    assert.equal(
      refuse("@layer class A {}", "a.mjs").message,
      "Decorators are not supported in a model file",
    );
    assert.equal(refuse("let x = ;", "a.cjs").message, "Syntax error: unexpected `;`");
  });

  it("do not include comparisons, generics and texts that look like JSX", () => {
    for (const text of [
      "a <b> (c)",
      "f<T>(x)",
      "const f = <T,>(x: T) => x;",
      "a < b / c > d",
      "'<div>'",
      "x = <T>y",
    ]) {
      assert.equal(analyse(text, "model.ts").error, null, text);
    }
  });
});

/** Programs that throw on the lines with the words `line N`, the innermost first. */
const throwing = [
  "function f(x: any) {\n  throw new Error('no'); // line 1\n}\nconst g = (x: any) =>\n  f(x); // line 2\ng(relu(tensor(1))); // line 3",
  "namespace N {\n  export const f = () => {\n    null!.x; // line 1\n  };\n}\nenum E { A,\n  B }\ntype T = {\n  a: 1;\n};\nN.f(); // line 2",
  "class A {\n  constructor(\n    private x: number,\n    readonly y = 1,\n  ) {\n    this.go(); // line 2\n  }\n  accessor z = 1;\n  go() {\n    return missing; // line 1\n  }\n}\nnew A(1); // line 3",
  "interface I {\n  a: 1;\n}\nasync function f(): Promise<\n  number\n> {\n  await null;\n  throw new TypeError(`late`); // line 1\n}\nawait f(); // line 2",
  "function f() {\n  using a = null;\n  for (const x of [1]) {\n    const { y } = x as any;\n    y.z; // line 1\n  }\n}\nf(); // line 2",
  "const f = (a: number): a is\n  1 => {\n  throw 1 as any as Error ?? 0, new Error(); \n};\ntry { f(1); } catch {}\n[1]\n  .map((x) => x)\n  .forEach((x) => {\n    x.y.z; // line 1\n  });",
];

describe("programs that throw", () => {
  for (const text of throwing) {
    it(`keep the lines of their stack: ${JSON.stringify(text.slice(0, 40))}`, () => {
      const [outcome] = runPrograms([marked("thrown-in-model.ts", text)]);
      const stack = outcome?.error?.stack ?? "";
      const lines = [...stack.matchAll(/thrown-in-model\.ts:(\d+)/g)].map(([, line]) => Number(line));
      const expected = text.split("\n").flatMap((line, index) => {
        const order = /\/\/ line (\d)/.exec(line)?.[1];
        return order ? [[Number(order), index + 1] as const] : [];
      });
      const inOrder = expected.sort(([a], [b]) => a - b).map(([, line]) => line);
      assert.deepEqual([...new Set(lines)].slice(0, inOrder.length), inOrder, stack);
    });
  }
});
