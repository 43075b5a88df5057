// Sits in the extension host beside Gradlens and answers the benchmark over HTTP: times, and the host's memory.
const { createServer } = require("node:http");
const { setFlagsFromString } = require("node:v8");
const { runInNewContext } = require("node:vm");
const vscode = require("vscode");

/** What can be asked, by path; the rest of the path is the argument. */
const answers = {
  async activate() {
    const extension = vscode.extensions.getExtension("gradlens.gradlens");
    if (extension.isActive) throw new Error("Gradlens is active already");
    const start = performance.now();
    await extension.activate();
    return performance.now() - start;
  },
  /** How long the contents of a hover in the active editor take, whose place is given by the text that ends in the name. */
  async hover(text) {
    const { document } = vscode.window.activeTextEditor;
    const place = document.positionAt(document.getText().indexOf(text) + text.length - 1);
    const start = performance.now();
    const hovers = await vscode.commands.executeCommand("vscode.executeHoverProvider", document.uri, place);
    const ms = performance.now() - start;
    const contents = hovers.flatMap((hover) => hover.contents).map(({ value }) => value);
    if (!contents.some((each) => each.includes("gradlens"))) throw new Error(`no hover over ${text}`);
    return ms;
  },
  /** Ends the engine and closes the panels, so that the next trace starts as the first one did. */
  async startOver() {
    const run = (command) => vscode.commands.executeCommand(command);
    await run("gradlens.restartEngine");
    await run("workbench.action.focusSecondEditorGroup");
    await run("workbench.action.closeEditorsInGroup");
    await run("workbench.action.focusFirstEditorGroup");
  },
  /** Traces a file of the folder, then closes its panel; resolves when both is done. */
  async trace(name) {
    const [folder] = vscode.workspace.workspaceFolders;
    await vscode.commands.executeCommand("gradlens.traceBackprop", vscode.Uri.joinPath(folder.uri, name));
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  },
  /** Bytes of the heap that are in use after everything unreachable was collected. */
  async heap() {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc");
    for (let times = 0; times < 3; times++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return process.memoryUsage().heapUsed;
  },
};

exports.activate = () => {
  const server = createServer(async ({ url }, response) => {
    const [, question, argument] = url.split("/").map(decodeURIComponent);
    try {
      response.end(JSON.stringify({ answer: await answers[question](argument) }));
    } catch (error) {
      response.end(JSON.stringify({ error: String(error?.stack ?? error) }));
    }
  });
  server.listen(Number(process.env.GRADLENS_BENCH_PROBE), "127.0.0.1");
};
