// Compiled files are kept by content, and ids lead back to the text.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { ModelSources } from "../../engine/runner/model-sources";

const text = "const a = f(1);\nexport const b = g(a);\n";

describe("texts of model files", () => {
  it("compiles a text once, whatever ran in between", () => {
    const sources = new ModelSources();
    sources.begin();
    const first = sources.compile("/m/a.ts", text);
    sources.compile("/m/b.ts", "f(2);");
    sources.begin();
    assert.equal(sources.find("/m/a.ts"), null, "a new run has loaded nothing yet");
    assert.equal(sources.compile("/m/a.ts", text), first);
    assert.notEqual(sources.compile("/m/a.ts", `${text}h();`), first);
    assert.notEqual(sources.compile("/m/c.ts", text), first);
  });

  it("finds the place and the name of each id, in each file", () => {
    const sources = new ModelSources();
    sources.begin();
    const files = ["/m/a.ts", "/m/b.ts"].map((file) => sources.compile(file, text));
    for (const { file, analysis } of files) {
      for (const { id, range } of analysis.sites) assert.deepEqual(sources.site(id), { file, ...range });
      const names = analysis.bindings.map(({ id }) => sources.binding(id)?.name);
      assert.deepEqual(names, ["a", "b"]);
    }
    assert.equal(sources.site(0), null);
    assert.equal(sources.site(99), null);
    assert.equal(sources.binding(-1), null);
  });

  it("does not take the ids of a file for those of one without calls and names that came before it", () => {
    const sources = new ModelSources();
    sources.begin();
    sources.compile("/m/empty.ts", "export {};");
    const { file, analysis } = sources.compile("/m/a.ts", text);
    for (const { id, range } of analysis.sites) assert.deepEqual(sources.site(id), { file, ...range });
    for (const { id, range } of analysis.bindings)
      assert.deepEqual(sources.binding(id)?.site, { file, ...range });
  });
});
