/** Keeps the state that the extension sent up to date, and calls back. */
import { keepFile, listen, post } from "./bridge";
import { type KeptNews, type PanelState, reducers } from "./reduce";

const empty: PanelState = {
  trace: { kind: "empty" },
  report: null,
  diagnosis: { findings: [], measures: [] },
  diagnosing: { kind: "ready" },
  before: null,
  checks: [],
  stale: false,
  isCompared: false,
  interrupted: null,
  checking: null,
  findings: null,
  trials: [],
  saved: null,
};

/** Says `ready` to the extension and calls back with every new state. */
export function connect(onDidChange: (state: PanelState) => void) {
  let state = empty;
  const follow = <N extends keyof KeptNews>(name: N, then: (news: KeptNews[N]) => void) =>
    listen(name, (news: KeptNews[N]) => {
      state = reducers[name](state, news);
      then(news);
    });
  follow("before", () => undefined);
  follow("trace", () => undefined);
  follow("diagnosis", () => undefined);
  follow("checks", () => undefined);
  follow("state", ({ file }) => {
    keepFile(file);
    onDidChange(state);
  });
  post("ready");
}
