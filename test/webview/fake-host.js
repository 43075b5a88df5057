// Stands in for VS Code's side of a panel: keeps what the panel tells and asks, and answers as a test says.
globalThis.posted = [];
/** Answers by the question's name; a question without one waits. */
globalThis.answers = {
  values({ start, count }) {
    const values = Float64Array.from({ length: count }, (_, i) => Math.sin(start + i) / 100);
    return { values, shape: [count] };
  },
  histograms({ count }) {
    const counts = Array.from({ length: 16 }, (_, i) => Math.round(40 * Math.exp(-((i - 7.5) ** 2) / 8)));
    const histogram = { low: -2.5, high: 2.5, counts };
    return { nodes: Array.from({ length: count }, () => ({ value: histogram, grad: histogram })) };
  },
};
let page = "";
const waiting = [];
const send = (message) => globalThis.postMessage({ page, message: { jsonrpc: "2.0", ...message } });

/** Tells the panel something. */
globalThis.tell = (method, params) => send({ method, params });

/** Gives answers from now on, also to what waits. */
globalThis.answerWith = (more) => {
  Object.assign(globalThis.answers, more);
  for (const question of waiting.splice(0)) answer(question);
};

function answer(question) {
  const find = globalThis.answers[question.method];
  if (!find) return waiting.push(question);
  const { id, params } = question;
  try {
    send({ id, result: find(params) });
  } catch (error) {
    send({ id, error: { code: -32603, message: error.message } });
  }
}

globalThis.acquireVsCodeApi = () => ({
  getState: () => JSON.parse(sessionStorage.getItem("state") ?? "null"),
  setState: (state) => sessionStorage.setItem("state", JSON.stringify(state)),
  postMessage(envelope) {
    page = envelope.page;
    const { id, method, params } = envelope.message;
    globalThis.posted.push({ type: method, ...params });
    if (id !== undefined) answer(envelope.message);
  },
});
