// Texts are read in a thread of their own: one that has no end costs its thread, and nobody else anything.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "mocha";
import { Reader } from "../../extension/reading/reader";

/** A worker that does what the text says. */
const obedient = `const { parentPort } = require("node:worker_threads");
parentPort.on("message", ({ text }) => {
  if (text === "spin") for (;;);
  if (text === "throw") throw new Error("thrown");
  if (text === "exit") process.exit(3);
  if (text === "fill") { const all = []; for (;;) all.push(new Array(1e6).fill(all.length)); }
  parentPort.postMessage({ reading: { text } });
});`;

describe("reading in a thread", () => {
  const folder = mkdtempSync(join(tmpdir(), "gradlens-reader-"));
  const script = join(folder, "obedient.js");
  let reader: Reader;
  const start = (options: Partial<ConstructorParameters<typeof Reader>[0]> = {}) => {
    reader = new Reader({ script, limitMs: 5_000, idleMs: 60_000, ...options });
    return reader;
  };
  before(() => writeFileSync(script, obedient));
  afterEach(() => reader.dispose());
  after(() => rmSync(folder, { recursive: true }));

  it("ends a text that takes too long, while the loop goes on, and reads the next", async () => {
    start({ limitMs: 300 });
    let turns = 0;
    const beat = setInterval(() => {
      turns += 1;
    }, 5);
    const late = await reader.read("spin", "a.ts");
    clearInterval(beat);
    assert.deepEqual(late, { late: "it took longer than 0.3 s" });
    assert.ok(turns > 3, `the loop turned ${turns} times`);
    start();
    assert.deepEqual(await reader.read("next", "a.ts"), { reading: { text: "next" } });
  });

  for (const text of ["throw", "exit", "fill"]) {
    it(`outlives a thread that ends by itself: ${text}`, async () => {
      start({ limitMs: 15_000 });
      assert.ok("late" in (await reader.read(text, "a.ts")));
      assert.deepEqual(await reader.read("next", "a.ts"), { reading: { text: "next" } });
    });
  }

  it("reads only the newest of the texts of a file that wait", async () => {
    start();
    const answers = ["1", "2", "3"].map((text) => reader.read(text, "a.ts"));
    const other = reader.read("other", "b.ts");
    const texts = (await Promise.all([...answers, other])).map((each) => "reading" in each && each.reading);
    assert.deepEqual(texts, [{ text: "1" }, { text: "3" }, { text: "3" }, { text: "other" }]);
  });

  it("starts when it is asked, and ends when nobody asks", async () => {
    start({ idleMs: 20 });
    assert.equal(reader.isRunning, false);
    await reader.read("text", "a.ts");
    assert.equal(reader.isRunning, true);
    while (reader.isRunning) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(await reader.read("again", "a.ts"), { reading: { text: "again" } });
  });

  it("answers when no thread can be started, and when it is closed", async () => {
    start({ script: join(folder, "nothing.js") });
    assert.ok("late" in (await reader.read("text", "a.ts")));
    start();
    const answer = reader.read("spin", "a.ts");
    reader.dispose();
    assert.ok("late" in (await answer));
  });

  it("leaves a text alone that is too long for lenses", async () => {
    start();
    assert.ok("late" in (await reader.read("x".repeat(4_000_000), "a.ts")));
    assert.equal(reader.isRunning, false);
  });

  it("finds the layers of a model, also in what is nested deeply", async () => {
    start({ script: join(process.cwd(), "dist/reading-worker.js"), limitMs: 15_000 });
    const text = `import { nn } from "gradlens";\nconst fc = new nn.Linear(${"<any>(".repeat(22)}1${")".repeat(22)}, 2);\n`;
    const result = await reader.read(text, "model.ts");
    assert.ok("reading" in result);
    assert.deepEqual(
      result.reading?.layers.map(({ name, range }) => [name, range.line]),
      [["fc", 2]],
    );
    assert.deepEqual(await reader.read("const = 1", "model.ts"), { reading: null });
  });
});
