/** What lies beside the script of the panels: found by its address, and run with the same right. */

const own = document.currentScript;
const { src, nonce } = own instanceof HTMLScriptElement ? own : { src: "", nonce: "" };

/** Address of "graph-worker.js" in the panel graph, for "worker". */
export function addressBeside(part: string): string {
  return src.replace(/[^/]+\.js(?=$|[?#])/, `${document.body.dataset.panel}-${part}.js`);
}

/** Runs a script beside the panel's own; rejects when it cannot be loaded. */
export function loadBeside(part: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.nonce = nonce;
    script.src = addressBeside(part);
    script.addEventListener("load", () => resolve());
    script.addEventListener("error", () => reject(new Error(`${part} could not be loaded`)));
    document.head.append(script);
  });
}
