// The rules of the house that no compiler keeps: who may import whom, sizes, names, and that the manifest tells the truth.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { tsPlugin } from "@sveltejs/acorn-typescript";
import { Parser } from "acorn";
import { describe, it } from "mocha";
import { exportsOf, unusedExports } from "./house/exports";
import { allImportedBy, circlesOf, type Import, importsOf } from "./house/imports";

interface Layer {
  readonly files: RegExp;
  readonly values: RegExp;
  readonly types: RegExp;
}

/** Folders of the engine, and single files of the core; what an element type and a shape are, everybody may say. */
function row(files: RegExp, folders: string, ofCore = "", others = /^never$/): Layer {
  const own = [
    ...folders.split(" ").map((name) => `${name}/`),
    ...ofCore
      .split(" ")
      .filter(Boolean)
      .map((name) => `core/${name}$`),
  ];
  const values = new RegExp(`^engine/(${own.join("|")})|${others.source}`);
  return { files, values, types: /^engine\/core\/(dtype|shape)$/ };
}

/** What a folder may import: `values` and, as `import type` only, `types`. The first row that fits a file counts. */
const layers: readonly Layer[] = [
  {
    files: /^engine\/source\//,
    values: /^(engine\/source\/|acorn$|@sveltejs\/acorn-typescript$)/,
    types: /^engine\/(report\/(report|remedy)|core\/(top-level|private-fields))$/,
  },
  {
    files: /^engine\/(runner|cli)\/|^engine\/kernels\/gpu/,
    values: /^(engine\/|node:|vscode-jsonrpc(\/|$)|gpu\.js$|webgpu$|get-tsconfig$)/,
    types: /^sarif$/,
  },
  row(/^engine\/core\//, "core kernels"),
  row(/^engine\/kernels\//, "kernels", "dtype error clock collector", /^dist\/kernels/),
  row(/^engine\/ops\//, "core kernels ops"),
  row(/^engine\/creation\//, "core creation"),
  row(/^engine\/optim\//, "core optim"),
  row(/^engine\/sweeps\//, "core kernels ops sweeps"),
  row(/^engine\/nn\//, "core kernels ops creation nn"),
  row(/^engine\/data\//, "core ops data", "", /^(fflate$|media\/)/),
  // Plain data and what follows from it alone: no tensor and no tape.
  row(/^engine\/report\//, "report", "number-text printable crc32", /^fflate$/),
  row(/^engine\/diagnose\//, "report diagnose precision", "number-text shape"),
  row(/^engine\/precision\//, "report precision"),
  row(/^engine\/tracing\//, "core creation report ops nn optim diagnose sweeps tracing"),
  row(/^engine\/check\//, "core ops sweeps report tracing nn diagnose check"),
  {
    files: /^engine\/index\.ts$/,
    values: /^engine\/(?!source\/|runner\/|cli\/|kernels\/gpu)/,
    types: /^engine\//,
  },
  {
    files: /^webview\//,
    values:
      /^(webview\/|engine\/report\/|engine\/core\/number-text$|vscode-jsonrpc(\/|$)|@vscode\/webview-ui-toolkit(\/|$)|uplot$|temml$)/,
    types: /^engine\/report\/report$/,
  },
  {
    files: /^extension\//,
    values:
      /^(extension\/|vscode$|node:|vscode-jsonrpc(\/|$)|temml$|engine\/source\/|engine\/core\/number-text$|engine\/(report|precision)\/|engine\/runner\/(protocol|client|regular-file|trials)$|webview\/(protocol|wire|panels)$)/,
    types: /^(engine\/report\/report|package\.json)$/,
  },
];
/** Names within `nn.init`, which are PyTorch's. */
const ofTheirOwn = /^engine\/nn\/(other-)?init\.ts$/;
/** What the editor and the manifest call. */
const doors = /^extension\/(main|web|commands\/[\w-]+)\.ts$/;
/** The owner; a tensor as JavaScript prints it; a key that is no text for anybody. */
const ownNumbers = /^engine\/(core\/(number-text|tensor)|check\/blame\/locate\/classes)\.ts$/;
const topLevel =
  /^(package(-lock)?\.json|tsconfig\.json|extension|webview|engine|media|test|README\.md|LICENSE|CHANGELOG\.md|\..*|dist|node_modules|.*\.vsix)$/;
/** These hold the core's story and stay on a page or two. */
const onePage = /^(engine\/(core\/(op|tape)|sweeps\/reverse)|.*\/protocol)\.ts$/;

const root = process.cwd();
const read = (path: string) => readFileSync(join(root, path), "utf8");
const notOurs = /(^|\/)(node_modules|dist|fixtures|reference)\//;

function filesBelow(folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => relative(root, join(each.parentPath, each.name)).split(sep).join("/"))
    .filter((path) => !notOurs.test(path));
}

const sources = ["engine", "extension", "webview", "test", ".scripts"].flatMap(filesBelow);
const scripts = sources.filter((path) => /\.(ts|mjs)$/.test(path));
const product = scripts.filter(
  (path) => /^(engine|extension|webview)\/.*\.ts$/.test(path) && !path.includes("/assembly/"),
);

/** Broken import rules of one file, each as a sentence. */
function brokenImports(path: string): string[] {
  const layer = layers.find(({ files }) => files.test(path));
  const isAllowed = ({ target, isType }: Import) =>
    layer?.values.test(target) || layer?.values.test(`${target}/`) || (isType && layer?.types.test(target));
  return importsOf(path)
    .filter((each) => !isAllowed(each))
    .map(({ target, isType }) => `${path} imports ${isType ? "types of " : ""}${target}`);
}

interface Syntax {
  readonly type: string;
  readonly loc?: { readonly start: { line: number }; readonly end: { line: number } };
}

/** The lines where functions longer than `limit` begin. */
function longFunctions(path: string, limit: number): string[] {
  const parser = Parser.extend(tsPlugin());
  const found: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const { type, loc } = value as Syntax;
    const length = loc ? loc.end.line - loc.start.line + 1 : 0;
    if (/Function/.test(type ?? "") && length > limit)
      found.push(`${path}:${loc?.start.line} has ${length} lines`);
    for (const [key, child] of Object.entries(value)) if (key !== "loc") walk(child);
  };
  walk(parser.parse(read(path), { sourceType: "module", ecmaVersion: "latest", locations: true }));
  return found;
}

describe("the house", () => {
  const none = (broken: string[]) => assert.deepEqual(broken, []);
  const lines = (path: string) => read(path).trimEnd().split("\n").length;

  it("has nothing at the top level but what belongs there", () => {
    none(readdirSync(root).filter((name) => !topLevel.test(name)));
  });

  it("keeps its layers apart", () => {
    assert.ok(product.length > 0);
    none(product.flatMap(brokenImports));
  });

  it("has no circle of imports", () => {
    none(circlesOf(product).map((circle) => circle.join(" → ")));
    // What a tensor, an operation and a module are is said in terms of each other: of types there alone.
    const inOne = /^engine\/(core|nn)\//;
    const ofTypes = circlesOf(product, allImportedBy).filter(
      (circle) => !circle.every((path) => inOne.test(path)),
    );
    none(ofTypes.map((circle) => circle.join(" → ")));
    const planted: Readonly<Record<string, readonly string[]>> = { a: ["b", "d"], b: ["c"], c: ["a"], d: [] };
    assert.deepEqual(
      circlesOf(Object.keys(planted), (file) => planted[file] ?? []),
      [["a", "b", "c", "a"]],
    );
  });

  it("asks for no instance of a class that a model can change", () => {
    const asks = /instanceof (Tensor|Module|ModelError)\b/;
    none(product.filter((path) => path.startsWith("engine/") && asks.test(read(path))));
  });

  it("keeps files short", () => {
    const limit = (path: string) => (onePage.test(path) ? 120 : path.startsWith("test/") ? 400 : 300);
    none(
      scripts.filter((path) => lines(path) > limit(path)).map((path) => `${path} has ${lines(path)} lines`),
    );
  });

  it("keeps most files far shorter", () => {
    const sizes = product.map(lines).sort((a, b) => a - b);
    const [half = 0, most = 0] = [0.5, 0.9].map((part) => sizes[Math.floor(part * sizes.length)]);
    assert.ok(half <= 90 && most <= 200, `the median is ${half} lines, nine in ten have up to ${most}`);
  });

  it("has one name for one thing", () => {
    const owners = new Map<string, string[]>();
    for (const path of product)
      for (const [name, kind] of exportsOf(path))
        if (kind !== "const" && !ofTheirOwn.test(path)) owners.set(name, [...(owners.get(name) ?? []), path]);
    none(
      [...owners]
        .filter(([, files]) => files.length > 1)
        .map(([name, files]) => `${name} in ${files.join(" and ")}`),
    );
  });

  it("exports nothing that nobody asks for", () => {
    none(
      unusedExports(
        product.filter((path) => !doors.test(path)),
        scripts,
      ),
    );
  });

  it("writes numbers for people in one place", () => {
    const writes =
      /\.(toFixed|toPrecision|toExponential|toLocaleString)\(|\bIntl\.|\* 100\)\} %|100 \* \w+\)\} %/;
    none(product.filter((path) => writes.test(read(path)) && !ownNumbers.test(path)));
  });

  it("decides in one place what a verdict comes to", () => {
    const decides =
      /verdict (===|!==) "(?!unfinished)|"(wrong-derivative|noise-floor|non-deterministic|not-checked)"/;
    none(
      product.filter((path) => decides.test(read(path)) && !/^engine\/(check\/|report\/verdicts)/.test(path)),
    );
  });

  it("keeps functions short", () => {
    none(product.flatMap((path) => longFunctions(path, 60)));
  });

  it("names files in kebab-case and begins each with a sentence", () => {
    none(scripts.filter((path) => !/(^|\/)[a-z0-9]+(-[a-z0-9]+)*(\.test|\.d)?\.(ts|mjs)$/.test(path)));
    none(scripts.filter((path) => !/^(#!.*\n)?\/(\/|\*\*)/.test(read(path))));
  });

  it("skips no test", () => {
    none(
      scripts.filter(
        (path) => /\b(describe|it)\.(skip|only)\b|\bxit\(/.test(read(path)) && !path.endsWith("repo.test.ts"),
      ),
    );
  });

  it("says every text where it is used: none looks as if it were translated", () => {
    none(product.filter((path) => read(path).includes("l10n")));
    assert.doesNotMatch(read("package.json"), /"%[\w.]+%"/);
  });

  it("has a README whose links lead somewhere", () => {
    const links = [...read("README.md").matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(
      (match) => match[1] ?? "",
    );
    none(links.filter((link) => !existsSync(join(root, link))));
  });
});
