// What is added in one place is found from there: the manifest has a row for each record, and no row without one.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { rules } from "../../engine/diagnose";
import { verdicts } from "../../engine/report/verdicts";
import { panelNames, showCommand } from "../../webview/panels";
import { exportsOf } from "./exports";

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
    readonly configurationDefaults: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    readonly languageModelTools: readonly { readonly name: string }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
  };
}

const { activationEvents, contributes } = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;

function filesIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`);
}

/** "open-example" as "openExample" */
function camel(text: string): string {
  return text.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const sorted = (texts: Iterable<string>) => [...texts].sort();

describe("the one place", () => {
  it("for a command is a file that exports it, beside its row in the manifest", () => {
    const files = readdirSync("extension/commands").map((file) => camel(file.replace(/\.ts$/, "")));
    const rows = contributes.commands.map(({ command }) => command.replace(/^gradlens\./, ""));
    assert.deepEqual(sorted(rows), sorted([...files, ...panelNames.map(showCommand)]));
    for (const path of filesIn("extension/commands"))
      assert.ok(exportsOf(path).has(camel(path.replace(/^.*\/|\.ts$/g, ""))), path);
  });

  it("for a setting is its type, beside its row in the manifest", () => {
    const keys = readFileSync("extension/config.ts", "utf8").matchAll(
      /^ {2}readonly "(gradlens\.[\w.]+)":/gm,
    );
    assert.deepEqual(
      sorted([...keys].map(([, key = ""]) => key)),
      sorted(Object.keys(contributes.configuration.properties)),
    );
  });

  it("for a panel is a folder and an entry in the map of panels; rows of the manifest follow from it", () => {
    const folders = readdirSync("webview").filter((name) => existsSync(`webview/${name}/main.ts`));
    assert.deepEqual(sorted(folders), sorted(panelNames));
    const restored = activationEvents.flatMap(
      (event) => event.match(/^onWebviewPanel:gradlens\.(\w+)$/)?.[1] ?? [],
    );
    assert.deepEqual(sorted(restored), sorted(panelNames));
    const locked = contributes.configurationDefaults["workbench.editor.autoLockGroups"] ?? {};
    assert.deepEqual(
      sorted(Object.keys(locked)),
      sorted(panelNames.map((name) => `mainThreadWebview-gradlens.${name}`)),
    );
  });

  it("for a view is what registers it, beside its row in the manifest", () => {
    const code = filesIn("extension")
      .map((path) => readFileSync(path, "utf8"))
      .join("\n");
    for (const { id } of Object.values(contributes.views).flat()) assert.ok(code.includes(`"${id}"`), id);
  });

  it("for a diagnosis is its file, beside its line in the index", () => {
    const files = readdirSync("engine/diagnose/rules").filter((name) => name.endsWith(".ts"));
    assert.deepEqual(sorted(rules.map(({ id }) => `${id}.ts`)), sorted(files));
    for (const { id } of rules)
      assert.ok(exportsOf(`engine/diagnose/rules/${id}.ts`).has(camel(id)), `${id} exports ${camel(id)}`);
    // One of them is the name of a verdict, too.
    const own = new Set(rules.flatMap(({ id }) => (id === "non-finite" ? [] : [`"${id}"`])));
    const others = ["engine/cli", "engine/runner", "engine/report", "extension", "webview"].flatMap(filesIn);
    const mentions = (path: string) =>
      [...own].filter((name) => code(path).includes(name)).map((name) => `${path}: ${name}`);
    assert.deepEqual(others.flatMap(mentions), []);
  });

  it("for a tool of assistants is its record, beside its row in the manifest", () => {
    const records = readFileSync("extension/assistant/tools.ts", "utf8").matchAll(/^ {2}(\w+): \{$/gm);
    assert.deepEqual(
      sorted([...records].map(([, name]) => `gradlens_${name}`)),
      sorted(contributes.languageModelTools.map(({ name }) => name)),
    );
  });

  it("for a verdict is its row: outside of the check nobody knows one by its name", () => {
    // Names that are no words of other things.
    const names = Object.keys(verdicts).filter((name) => name.includes("-") || name === "vacuous");
    const others = ["engine/cli", "engine/runner", "engine/report", "extension", "webview"].flatMap(filesIn);
    const mentions = others
      .filter((path) => path !== "engine/report/verdicts.ts")
      .flatMap((path) =>
        names.filter((name) => code(path).includes(`"${name}"`)).map((name) => `${path}: ${name}`),
      );
    assert.ok(names.length > 4);
    assert.deepEqual(mentions, []);
  });

  it("for anything of the manifest that the code names is the manifest", () => {
    const manifest = readFileSync("package.json", "utf8");
    const named = filesIn("extension").flatMap((path) => [
      ...readFileSync(path, "utf8").matchAll(/"(gradlens\.[\w.]+)"/g),
    ]);
    const unknown = named.map(([, id = ""]) => id).filter((id) => !manifest.includes(id));
    assert.deepEqual(unknown, []);
  });
});

/** A file without its comments. */
function code(path: string): string {
  return readFileSync(path, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
}
