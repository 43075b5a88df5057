// Model files of every kind, and what they import.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "mocha";
import { failureOf, openEngine, paramsFor, reportOf } from "./engine";

/** Each model computes 2 · 3, in its own way. */
const models: Record<string, Record<string, string>> = {
  TypeScript: {
    "model.ts": `import { mul, parameter } from "gradlens";\nconst two: number = 2 as number;\nexport const loss = () => mul(parameter(two), 3);`,
  },
  "an ES module": {
    "model.mjs": `import { mul, parameter } from "gradlens";\nexport const loss = () => mul(parameter(2), 3);`,
  },
  CommonJS: {
    "model.cjs": `const { mul, parameter } = require("gradlens");\nconst { two } = require("./two.cjs");\nexports.loss = () => mul(parameter(two), 3);`,
    "two.cjs": "module.exports = { two: 2 };",
  },
  "CommonJS in a .js file": {
    "model.js": `const { mul, parameter } = require("gradlens");\nmodule.exports = { loss: () => mul(parameter(2), 3) };`,
  },
  "a script that calls backward": {
    "model.js": `import { mul, parameter } from "gradlens";\nmul(parameter(2), 3).backward();`,
  },
  "an asynchronous loss": {
    "model.ts": `import { mul, parameter } from "gradlens";\nexport async function loss() {\n  await new Promise((resolve) => setTimeout(resolve, 5));\n  return mul(parameter(2), 3);\n}`,
  },
  "top-level await": {
    "model.ts": `import { mul, parameter } from "gradlens";\nconst two = await Promise.resolve(2);\nexport const loss = () => mul(parameter(two), 3);`,
  },
  "imports with and without extension": {
    "model.ts": `import { mul } from "gradlens";\nimport { a } from "./a";\nimport { b } from "./b.js";\nimport { c } from "./folder";\nimport { d } from "./d.ts";\nexport const loss = () => mul(mul(a, b), mul(c, d));`,
    "a.ts": `import { parameter } from "gradlens";\nexport const a = parameter(2);`,
    "b.ts": "export const b = 3;",
    "d.ts": "export const d = 1;",
    "folder/index.ts": "export const c = 1;",
  },
  JSON: {
    "model.ts": `import { mul, parameter } from "gradlens";\nimport settings from "./settings.json";\nexport const loss = () => mul(parameter(settings.two), 3);`,
    "settings.json": `{ "two": 2 }`,
  },
  "dynamic import": {
    "model.ts": `import { mul, parameter } from "gradlens";\nexport async function loss() {\n  const { two } = await import("./two");\n  return mul(parameter(two), 3);\n}`,
    "two.ts": "export const two = 2;",
  },
  "an import cycle": {
    "model.ts": `import { mul, parameter } from "gradlens";\nimport { three } from "./other";\nexport function two() {\n  return 2;\n}\nexport const loss = () => mul(parameter(two()), three());`,
    "other.ts": `import { two } from "./model";\nexport const three = () => two() + 1;`,
  },
  "Node's own modules": {
    "model.ts": `import { basename } from "node:path";\nimport fs, { existsSync } from "fs";\nimport { mul, parameter } from "gradlens";\nexport const loss = () => mul(parameter(existsSync(import.meta.filename) && fs.existsSync(import.meta.dirname) ? 2 : 0), basename("/a/3.x").length);`,
  },
  "a script that asks whether it is the main one": {
    "model.cjs": `const { mul, parameter } = require("gradlens");\nif (require.main === module && module.parent === null && process.argv[1] === __filename) mul(parameter(2), 3).backward();`,
  },
  "TypeScript's CommonJS": {
    "model.cts": `import gl = require("gradlens");\nimport type { Tensor } from "gradlens";\nconst { two } = require("./two.cts");\nexport = { loss: (): Tensor => gl.mul(gl.parameter(two), 3) };`,
    "two.cts": "const two: number = 2;\nexport = { two };",
  },
  "imports of the package's own": {
    "model.mjs": `import { mul, parameter } from "gradlens";\nimport { two } from "#numbers/two";\nimport { three } from "app/three";\nimport d from 'data:application/json,{"one":1}' with { type: "json" };\nexport const loss = () => mul(two(), three * d.one);`,
    "package.json": `{ "name": "app", "imports": { "#numbers/*": "./src/*.js" }, "exports": { "./three": "./src/three.mjs" } }`,
    "src/two.js": `import { parameter } from "gradlens";\nconst made = parameter(2);\nexport const two = () => made;`,
    "src/three.mjs": "export const three = 3;",
  },
  "a package of ES modules that imports gradlens": {
    "model.ts": `import { parameter } from "gradlens";\nimport { thrice } from "layers";\nexport const loss = () => thrice(parameter(2));`,
    "node_modules/layers/package.json": `{ "name": "layers", "type": "module", "exports": "./index.js" }`,
    "node_modules/layers/index.js": `import { mul, Tensor } from "gradlens";\nexport const thrice = (x) => (x instanceof Tensor ? mul(x, 3) : x);`,
    "node_modules/gradlens/package.json": `{ "name": "gradlens", "exports": { "import": "./dist/index.mjs", "require": "./dist/index.js" } }`,
    "node_modules/gradlens/dist/index.mjs": `import library from "./index.js";\nconst { mul, Tensor } = library;\nexport { mul, Tensor };`,
    "node_modules/gradlens/dist/index.js": `module.exports = { mul: () => 5, Tensor: class {} };`,
  },
  "a package in CommonJS": {
    "model.ts": `import { mul, parameter } from "gradlens";\nimport numbers, { two } from "numbers";\nexport const loss = () => mul(parameter(two), numbers.three);`,
    "node_modules/numbers/package.json": `{ "name": "numbers", "main": "main.js" }`,
    "node_modules/numbers/main.js": "exports.two = 2; exports.three = 3;",
  },
  "a package of ES modules": {
    "model.ts": `import { mul, parameter } from "gradlens";\nimport { two } from "@scope/numbers/two";\nexport const loss = () => mul(parameter(two), 3);`,
    "node_modules/@scope/numbers/package.json": `{ "name": "@scope/numbers", "type": "module", "exports": { "./two": { "import": "./lib/two.js" } } }`,
    "node_modules/@scope/numbers/lib/two.js": "export const two = 2;",
  },
  "names from CommonJS": {
    "model.mjs": `import { mul, parameter } from "gradlens";\nimport all, { two } from "./a.cjs";\nimport { half, three } from "./b.cjs";\nexport const loss = () => mul(mul(parameter(two), three), all.two * half());`,
    "a.cjs": "exports.two = 2;",
    "b.cjs": "const three = 3;\nmodule.exports = { three, half() { return 0.5; } };",
  },
  "import … = require(…)": {
    "model.cts": `import gradlens = require("gradlens");\nimport path = require("node:path");\nimport { two } from "./two.cjs";\nconst { mul, parameter }: typeof gradlens = gradlens;\nexport const loss = () => mul(parameter(two), path.basename("/a/3.x").length);`,
    "two.cjs": "exports.two = 2;",
  },
  "a package that requires gradlens": {
    "model.mjs": `import { cube } from "layers";\nimport { parameter } from "gradlens";\nexport const loss = () => cube(parameter(2));`,
    "node_modules/layers/package.json": `{ "name": "layers", "main": "main.js" }`,
    "node_modules/layers/main.js": `const { mul } = require("gradlens");\nexports.cube = (x) => mul(x, 3);`,
  },
  "the paths of a tsconfig": {
    "src/model.ts": `import { mul, parameter } from "gradlens";\nimport { two } from "@/numbers/two";\nimport { three } from "three";\nimport { one } from "lib/one";\nexport const loss = () => mul(mul(parameter(two), three), one);`,
    "tsconfig.json": `{\n  // a comment, as they have\n  "extends": "./base",\n  "compilerOptions": { "baseUrl": ".", "strict": true, },\n}`,
    "base.json": `{ "compilerOptions": { "paths": { "@/*": ["./src/*"], "three": ["./lib/three.ts"] } } }`,
    "src/numbers/two.ts": "export const two = 2;",
    "lib/three.ts": "export const three = 3;",
    "lib/one.ts": "export const one = 1;",
  },
  "the paths of a jsconfig, from several files": {
    "src/model.js": `import { mul, parameter } from "gradlens";\nimport { two } from "#two";\nexport const loss = () => mul(parameter(two), 3);`,
    "jsconfig.json": `\ufeff{ "extends": ["./a.json", "./b.json"] }`,
    "a.json": "{}",
    "b.json": `{ "compilerOptions": { "paths": { "#two": ["\${configDir}/lib/two.js"] } } }`,
    "lib/two.js": "export const two = 2;",
  },
  "file names with spaces and other letters": {
    "mein mödel (1).ts": `import { mul, parameter } from "gradlens";\nimport { two } from "./zwei und drei";\nexport const loss = () => mul(parameter(two), 3);`,
    "zwei und drei.ts": "export const two = 2;",
  },
  "Windows line ends and a byte order mark": {
    "model.ts": `\ufeffimport { mul, parameter } from "gradlens";\r\nconst x = parameter(2);\r\nexport const loss = () => mul(x, 3);\r\n`,
  },
};

describe("loading model files", () => {
  const { engine } = openEngine();
  let root = "";
  before(() => {
    root = mkdtempSync(join(tmpdir(), "gradlens-"));
  });
  after(() => {
    engine.dispose();
    rmSync(root, { recursive: true, force: true });
  });

  for (const [title, files] of Object.entries(models)) {
    it(`runs ${title}`, async () => {
      const folder = mkdtempSync(join(root, "model-"));
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), text);
      }
      const [entry = ""] = Object.keys(files);
      const result = await engine.trace(paramsFor(join(folder, entry)));
      assert.equal(failureOf(result), null);
      const { loss, nodes } = reportOf(result);
      assert.equal(loss?.value, 6);
      const operation = nodes.find(({ op }) => op === "mul");
      assert.ok(operation?.site, "the operation has a site");
      assert.match(operation.site.file, /\.[cm]?[jt]s$/);
    });
  }

  for (const [title, settings, message] of [
    [
      "extends what is missing",
      `{ "extends": "./nowhere.json" }`,
      /tsconfig\.json cannot be used: .*nowhere\.json/,
    ],
    ["extends itself", `{ "extends": "./tsconfig.json" }`, /tsconfig\.json cannot be used: Circularity/],
    ["has odd paths", `{ "compilerOptions": { "paths": [1] } }`, /tsconfig\.json cannot be used/],
  ] as const) {
    it(`does without a tsconfig that ${title}, and says so where it may have been needed`, async () => {
      const folder = mkdtempSync(join(root, "model-"));
      const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
      write("tsconfig.json", settings);
      write(
        "fine.ts",
        `import { mul, parameter } from "gradlens";\nexport const loss = () => mul(parameter(2), 3);`,
      );
      write("model.ts", `import { two } from "@/two";\nexport const loss = () => two;`);
      assert.equal(reportOf(await engine.trace(paramsFor(join(folder, "fine.ts")))).loss?.value, 6);
      const failure = failureOf(await engine.trace(paramsFor(join(folder, "model.ts"))));
      assert.match(failure?.message ?? "", /Cannot find the package "@\/two"/);
      assert.match(failure?.hint ?? "", message);
      assert.deepEqual([failure?.site?.line, failure?.site?.column], [1, 21]);
    });
  }

  it("refuses to load an ES module by require, and says how to", async () => {
    const folder = mkdtempSync(join(root, "model-"));
    writeFileSync(join(folder, "model.cjs"), `const { two } = require("./two.mjs");\n`);
    writeFileSync(join(folder, "two.mjs"), "export const two = 2;");
    const failure = failureOf(await engine.trace(paramsFor(join(folder, "model.cjs"))));
    assert.match(failure?.message ?? "", /finds an ES module/);
    assert.equal(failure?.site?.line, 1);
  });
});
