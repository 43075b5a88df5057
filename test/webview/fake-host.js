// Stands in for VS Code's side of a panel: keeps what the panel posts, and gives elements when asked.
globalThis.posted = [];
globalThis.acquireVsCodeApi = () => ({
  getState: () => JSON.parse(sessionStorage.getItem("state") ?? "null"),
  setState: (state) => sessionStorage.setItem("state", JSON.stringify(state)),
  postMessage(message) {
    globalThis.posted.push(message);
    if (message.type !== "values") return;
    const values = Float64Array.from({ length: message.count }, (_, i) => Math.sin(message.start + i) / 100);
    globalThis.postMessage({ type: "values", request: message.request, values, shape: [message.count] });
  },
});
