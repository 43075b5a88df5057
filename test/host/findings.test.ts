// Findings and failed gradient checks as Problems: at the right line, with code, link, related lines and fixes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, it } from "mocha";
import * as vscode from "vscode";
import {
  awaitProblems,
  closeEditors,
  find,
  openModel,
  openTraced,
  readLenses,
  readProblems,
  until,
} from "./editor";

const wrongSign = `import { customOp, tensor } from "gradlens";
const double = customOp({
  name: "double",
  forward: (x) => x.mul(2),
  backward: ({ grad }) => [grad.mul(-2)],
});
const w = tensor([1, 2, 3], { requiresGrad: true });
export const loss = () => double(w).sum();
`;

const homework = `export function scaleForward(x, w) {
  return [x.map((v) => v * w), { x, w }];
}
export function scaleBackward(grad, { x, w }) {
  return [grad.map((g) => -g * w), grad.reduce((sum, g, i) => sum + g * x[i], 0)];
}
export const samples = { scale: [[[1, 2, 3], 5]] };
`;

describe("findings and failed checks", () => {
  const example = (name: string) => {
    const extension = vscode.extensions.getExtension("gradlens.gradlens") ?? assert.fail("no extension");
    return readFileSync(join(extension.extensionPath, "media/examples", name), "utf8");
  };

  afterEach(closeEditors);

  it("shows the vanishing gradient at the line that causes it", async () => {
    const editor = await openModel(example("deep-sigmoid.ts"), "ts");
    await vscode.commands.executeCommand("gradlens.traceBackprop");
    const problems = await awaitProblems(editor.document.uri);
    const problem = problems.find(({ message }) => /vanish/i.test(message)) ?? assert.fail("no such problem");
    assert.match(editor.document.lineAt(problem.range.start.line).text, /sigmoid\(/);
    assert.equal(problem.severity, vscode.DiagnosticSeverity.Warning);
    assert.equal(typeof problem.code === "object" && problem.code.value, "vanishing-gradient");
    assert.ok((problem.relatedInformation ?? []).length > 0);
  });

  it("says what an edit did to a finding, and leads to it in the panel", async () => {
    const editor = await openModel(example("deep-sigmoid.ts"), "ts");
    await vscode.commands.executeCommand("gradlens.traceBackprop");
    await awaitProblems(editor.document.uri);
    const from = find(editor, "11 }");
    await editor.edit((edit) => edit.replace(new vscode.Range(from, from.translate(0, 2)), "9"));
    await vscode.commands.executeCommand("gradlens.traceBackprop");
    const problem = await until("the problem with its news", () =>
      readProblems(editor.document.uri).find(({ message }) => /Since the run before/.test(message)),
    );
    assert.match(
      problem.message,
      /Since the run before: gradient of the first layer.* was \S+e-\d+, now \S+e-\d+\.$/,
    );
    assert.ok(typeof problem.code === "object");
    const { query } = problem.code.target;
    assert.deepEqual(JSON.parse(decodeURIComponent(query)), [editor.document.uri.fsPath, 0]);
  });

  /** The quick fixes at a problem that were tried and cure, once there is one. */
  async function awaitCures(uri: vscode.Uri, range: vscode.Range | undefined): Promise<vscode.CodeAction[]> {
    for (let tries = 0; tries < 200; tries++) {
      const actions: vscode.CodeAction[] = await vscode.commands.executeCommand(
        "vscode.executeCodeActionProvider",
        uri,
        range,
        vscode.CodeActionKind.QuickFix.value,
      );
      const cures = actions.filter(({ title }) => / → /.test(title));
      if (cures.length > 0) return cures;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return [];
  }

  it("offers the fix that cured when it was tried, says what it did, and finds nothing after it", async () => {
    const editor = await openModel(example("deep-sigmoid.ts"), "ts");
    const { uri } = editor.document;
    await vscode.commands.executeCommand("gradlens.traceBackprop");
    const [problem] = await awaitProblems(uri);
    const [fix] = await awaitCures(uri, problem?.range);
    assert.match(fix?.title ?? "no fix", /: gradient of the first layer.* 6\.4e-13 → \d/);
    assert.ok(fix?.edit && (await vscode.workspace.applyEdit(fix.edit)));
    await vscode.commands.executeCommand("gradlens.traceBackprop");
    assert.deepEqual(readProblems(uri), []);
  });

  it("takes Problems away when the text changes, and brings them back when the change is undone", async () => {
    const editor = await openModel(example("deep-sigmoid.ts"), "ts");
    const { uri } = editor.document;
    await vscode.commands.executeCommand("gradlens.traceBackprop");
    const before = (await awaitProblems(uri)).length;
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), " "));
    await until("no problem", () => readProblems(uri).length === 0);
    await vscode.commands.executeCommand("undo");
    assert.equal((await awaitProblems(uri)).length, before);
  });

  it("names a wrong derivative, over the layer and in Problems, until it is mended", async () => {
    const editor = await openModel(wrongSign);
    const { uri } = editor.document;
    await vscode.commands.executeCommand("gradlens.gradcheckModel", uri);
    const [problem] = await awaitProblems(uri);
    assert.equal(typeof problem?.code === "object" && problem.code.value, "gradcheck-wrong-derivative");
    assert.ok(
      (await readLenses(editor)).some(({ title }) =>
        /^✗ gradcheck w\[\d\] · double has the wrong sign · line 5$/.test(title),
      ),
    );
    const minus = find(editor, "-2");
    await editor.edit((edit) => edit.delete(new vscode.Range(minus, minus.translate(0, 1))));
    await vscode.commands.executeCommand("gradlens.gradcheckModel", uri);
    await until("no problem", () => readProblems(uri).length === 0);
  });

  it("ignores a finding after its quick fix, which writes the comment behind the line", async () => {
    const editor = await openModel(
      `import { mseLoss, nn, randn } from "gradlens";
const layer = new nn.Linear(4, 1);
export const loss = () => mseLoss(layer.forward(randn([16, 4])), randn([16]));
`,
    );
    const { uri } = editor.document;
    await vscode.commands.executeCommand("gradlens.traceBackprop");
    const [problem] = await awaitProblems(uri);
    const actions: vscode.CodeAction[] = await vscode.commands.executeCommand(
      "vscode.executeCodeActionProvider",
      uri,
      problem?.range ?? assert.fail("no problem"),
      vscode.CodeActionKind.QuickFix.value,
    );
    const ignore = actions.find(({ title }) => /^Ignore ".+" on this line$/.test(title));
    await vscode.workspace.applyEdit(ignore?.edit ?? assert.fail(actions.map(({ title }) => title).join()));
    assert.match(editor.document.lineAt(2).text, /\)\); \/\/ gradlens: ignore broadcast-loss$/);
    await vscode.commands.executeCommand("gradlens.traceBackprop");
    await until("no problem", () => readProblems(uri).length === 0);
  });

  it("takes a wrong derivative for intended after its quick fix, and tells of a comment that nothing needs", async () => {
    const editor = await openModel(wrongSign);
    const { uri } = editor.document;
    await vscode.commands.executeCommand("gradlens.gradcheckModel", uri);
    const [problem] = await awaitProblems(uri);
    const fix = async (title: RegExp, range: vscode.Range) => {
      const actions: vscode.CodeAction[] = await vscode.commands.executeCommand(
        "vscode.executeCodeActionProvider",
        uri,
        range,
        vscode.CodeActionKind.QuickFix.value,
      );
      const action = actions.find((each) => title.test(each.title));
      assert.ok(action?.edit && !action.isPreferred, actions.map((each) => each.title).join());
      await vscode.workspace.applyEdit(action.edit);
    };
    await fix(/is intended/, problem?.range ?? assert.fail("no problem"));
    assert.match(editor.document.lineAt(4).text, /grad\.mul\(-2\)\], \/\/ gradlens: intended$/);
    await vscode.commands.executeCommand("gradlens.gradcheckModel", uri);
    await until("no problem", () => readProblems(uri).length === 0);
    assert.match((await readLenses(editor)).map(({ title }) => title).join(), /○ gradcheck intended · 3\/3/);
    const minus = find(editor, "-2");
    await editor.edit((edit) => edit.delete(new vscode.Range(minus, minus.translate(0, 1))));
    await vscode.commands.executeCommand("gradlens.gradcheckModel", uri);
    const [unused] = await awaitProblems(uri);
    assert.match(unused?.message ?? "", /allows nothing/);
    await fix(/Remove the comment/, unused?.range ?? assert.fail("no problem"));
    assert.doesNotMatch(editor.document.getText(), /intended/);
  });

  it("checks a custom operation from its lens, at what its backward pass returns", async () => {
    const editor = await openModel(wrongSign);
    const lenses: vscode.CodeLens[] = await vscode.commands.executeCommand(
      "vscode.executeCodeLensProvider",
      editor.document.uri,
      100,
    );
    const { command } = lenses.find((lens) => lens.command?.title === "gradcheck this layer") ?? {};
    await vscode.commands.executeCommand(command?.command ?? "", ...(command?.arguments ?? []));
    const titles = (await readLenses(editor)).map(({ title }) => title).join();
    assert.match(titles, /✗ gradcheck x\[\d\] · double has the wrong sign · line 5/);
    const [problem] = await awaitProblems(editor.document.uri);
    assert.equal(editor.document.getText(problem?.range), "grad.mul(-2)");
  });

  it("checks a backward pass written by hand on plain numbers, and is green after it is mended", async () => {
    const editor = await openModel(homework);
    const { uri } = editor.document;
    const titles = async () => (await readLenses(editor)).map(({ title }) => title).join();
    assert.equal(await titles(), "gradcheck this layer");
    await vscode.commands.executeCommand("gradlens.gradcheckLayer", uri.fsPath, 1);
    assert.match(await titles(), /^✗ gradcheck x\[\d\] · .* has the wrong sign · line 5$/);
    assert.equal((await awaitProblems(uri))[0]?.range.start.line, 4);
    const minus = find(editor, "-g");
    await editor.edit((edit) => edit.delete(new vscode.Range(minus, minus.translate(0, 1))));
    assert.match(await titles(), /before your edit$/);
    await vscode.commands.executeCommand("gradlens.gradcheckLayer", uri.fsPath, 1);
    assert.match(await titles(), /^✓ gradcheck 4\/4/);
    await until("no problem", () => readProblems(uri).length === 0);
  });

  it("runs gradient checks from the Test Explorer", async () => {
    const editor = await openTraced(wrongSign.replace("-2", "2"));
    await vscode.commands.executeCommand("testing.runCurrentFile");
    await until("the verdict", async () =>
      (await readLenses(editor)).some(({ title }) => title.startsWith("✓")),
    );
  });
});
