// What a model author sees in the editor: each function, layer and option of the library has a doc comment, and parameters have names.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type Declaration, publicDeclarations } from "../harness/declarations";

const all = publicDeclarations("engine/index");

function where({ file, name }: Declaration): string {
  return `${file}: ${name}`;
}

describe("the types of the library", () => {
  it("are found through its door", () => {
    const names = new Set(all.map(({ name }) => name));
    for (const name of ["tensor", "Linear", "LinearOptions", "Adam", "sum", "normal", "Tensor", "digits"])
      assert.ok(names.has(name), name);
    assert.ok(all.length > 300, String(all.length));
  });

  it("have a doc comment on every function, constant, class and interface", () => {
    assert.equal(
      all
        .filter((each) => !each.isDocumented)
        .map(where)
        .join("\n"),
      "",
    );
  });

  it("have a doc comment on every option, field and method", () => {
    const missing = all.flatMap((each) =>
      each.members.filter((member) => !member.isDocumented).map(({ name }) => `${where(each)}.${name}`),
    );
    assert.equal(missing.join("\n"), "");
  });

  it("name every parameter", () => {
    const unnamed = all.filter(({ text }) =>
      /\bargs_\d|\barg\d\b|\.\.\.\w+: (readonly )?(unknown|any)\[\]/.test(text),
    );
    assert.equal(unnamed.map(where).join("\n"), "");
  });
});
