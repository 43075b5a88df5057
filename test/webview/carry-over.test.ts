// What is selected and closed in the graph, found again in the next report of the file.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { Report } from "../../engine/report/report";
import { graphModel } from "../../webview/graph/model/boxes";
import { sameNode, sameOpen } from "../../webview/graph/model/carry-over";
import { allGroups } from "../../webview/graph/model/opening";
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

  it("has the same layers open, and new ones as they are at first", () => {
    const [a, b] = [graphModel(before), graphModel(next)];
    const one = new Set(["net#1", "net.fc2#1"]);
    assert.deepEqual([...sameOpen(a, b, one, new Set())].sort(), [...one].sort());
    const first = new Set(["net.fc1#1", "net.fc5#1"]);
    assert.deepEqual([...sameOpen(a, b, one, first)].sort(), [...one, "net.fc5#1"].sort());
    assert.deepEqual(sameOpen(a, a, allGroups(a), new Set()), allGroups(a));
  });
});
