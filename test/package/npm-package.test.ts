// The npm package in an empty folder: installs without a network, type-checks, runs as ESM and as CommonJS.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";

const root = process.cwd();
const tsc = join(root, "node_modules/typescript/bin/tsc");

const strict = {
  target: "es2022",
  lib: ["es2023"],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
};

const training = `import { optim } from "gradlens";
import { loss, net } from "./model.js";

declare const console: { log(text: string): void };

const adam = new optim.Adam(net.parameters(), { lr: 0.01 });
const losses: number[] = [];
for (let step = 0; step < 5; step += 1) {
  adam.zeroGrad();
  const value = loss();
  value.backward();
  adam.step();
  losses.push(value.item());
}
console.log(JSON.stringify(losses));
`;

describe("the npm package", function () {
  this.timeout(60_000);
  let folder = "";

  function run(program: string, args: readonly string[], cwd = folder): string {
    const shell = process.platform === "win32" && program === "npm";
    return execFileSync(program, args, { cwd, encoding: "utf8", shell, stdio: ["ignore", "pipe", "pipe"] });
  }

  function write(path: string, content: string | object): void {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    writeFileSync(join(folder, path), text);
  }

  /** What `tsc` says about the project in a folder; empty when all is well. */
  function typeErrors(project: string): string {
    try {
      return run(process.execPath, [tsc, "-p", join(folder, project)]);
    } catch (error) {
      return String((error as { stdout: unknown }).stdout);
    }
  }

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "gradlens-npm-"));
    const packing = [join(root, ".scripts/package-npm.mjs"), "--as-built", folder];
    const tarball = run(process.execPath, packing).trim();
    write("package.json", { private: true });
    run("npm", ["install", "--ignore-scripts", "--offline", "--no-audit", "--no-fund", tarball]);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("installs nothing but itself", () => {
    assert.deepEqual(
      readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith(".")),
      ["gradlens"],
    );
    const manifest = JSON.parse(readFileSync(join(folder, "node_modules/gradlens/package.json"), "utf8"));
    assert.equal(manifest.dependencies, undefined);
    assert.equal(manifest.contributes, undefined);
    assert.doesNotMatch(JSON.stringify(manifest), /%/);
  });

  for (const [kind, type] of [
    ["ESM", "module"],
    ["CommonJS", "commonjs"],
  ] as const) {
    it(`type-checks and trains an example as ${kind}`, () => {
      mkdirSync(join(folder, type));
      const source = readFileSync(join(root, "media/examples/digits-mlp.ts"), "utf8");
      write(`${type}/package.json`, { type });
      write(`${type}/model.ts`, source.replace("const net =", "export const net ="));
      write(`${type}/train.ts`, training);
      const options = { ...strict, module: "node16", outDir: "out", noEmitOnError: true };
      write(`${type}/tsconfig.json`, { compilerOptions: options });
      assert.equal(typeErrors(type), "");
      const losses = JSON.parse(run(process.execPath, [join(folder, type, "out/train.js")])) as number[];
      assert.equal(losses.length, 5);
      assert.ok(Number(losses[4]) < Number(losses[0]), String(losses));
    });
  }

  it("has types that find mistakes", () => {
    mkdirSync(join(folder, "wrong"));
    write("wrong/tsconfig.json", {
      compilerOptions: { ...strict, module: "esnext", moduleResolution: "bundler", noEmit: true },
    });
    write(
      "wrong/model.ts",
      'import { tensor } from "gradlens";\nexport const x: number = tensor(1);\ntensor(2).nonsense();\n',
    );
    const errors = typeErrors("wrong");
    assert.match(errors, /model\.ts\(2,14\): error TS2322/);
    assert.match(errors, /model\.ts\(3,11\): error TS2339/);
    assert.equal(errors.trim().split("\n").length, 2, errors);
  });

  it("brings the command line", () => {
    copyFileSync(join(root, "media/examples/sum-times.ts"), join(folder, "sum-times.ts"));
    const cli = join(folder, "node_modules/gradlens/dist/cli.js");
    assert.match(run(process.execPath, [cli, "check", "sum-times.ts"]), /✓ gradcheck/);
  });
});

describe("the types for folders without npm", function () {
  this.timeout(60_000);

  it("are one file that type-checks strictly, with every example", () => {
    const folder = mkdtempSync(join(tmpdir(), "gradlens-types-"));
    try {
      copyFileSync(join(root, "dist/types/gradlens.d.ts"), join(folder, "gradlens.d.ts"));
      const examples = readdirSync(join(root, "media/examples")).filter((name) => name.endsWith(".ts"));
      assert.ok(examples.length > 0);
      for (const name of examples) copyFileSync(join(root, "media/examples", name), join(folder, name));
      const compilerOptions = { ...strict, module: "esnext", moduleResolution: "bundler", noEmit: true };
      writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
      execFileSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
