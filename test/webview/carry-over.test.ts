// What is selected and closed in the graph, found again in the next report of the file.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Report } from "../../engine/report/report";
import { sameCollapsed, sameNode } from "../../webview/graph/carry-over";
import { allLayers } from "../../webview/graph/collapse";
import { deepSigmoid, sumTimes } from "./reports";

const pathOf = (report: Report, id: number | null) =>
  id === null ? null : `${report.scopes[report.nodes[id]?.scope ?? 0]?.path} ${report.nodes[id]?.op}`;

describe("graph: another report of the file", () => {
  const before = deepSigmoid(3);
  const next = deepSigmoid(5);

  it("has each node where its layer, name and operation are", () => {
    for (const { id } of before.nodes)
      assert.equal(pathOf(next, sameNode(before, next, id)), pathOf(before, id));
  });

  it("does not have what is gone", () => {
    assert.equal(sameNode(before, sumTimes(), 5), null);
    assert.equal(sameNode(before, next, 10_000), null);
  });

  it("has the same layers closed, and new ones as they are at first", () => {
    const closed = (report: Report, all: ReadonlySet<number>) =>
      [...all].map((scope) => report.scopes[scope]?.path).sort();
    const one = new Set([before.scopes.findIndex(({ path }) => path === "net.fc2")]);
    assert.deepEqual(closed(next, sameCollapsed(before, next, one)), ["net.fc2"]);
    assert.deepEqual(
      closed(before, sameCollapsed(before, before, allLayers(before))),
      closed(before, allLayers(before)),
    );
  });
});
