// The numbers behind the pictures of a check: relative errors, cells of a plane, scales, and the table of all elements.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { curvePoints } from "../../webview/checks/error-curve";
import {
  cellsOf,
  elementRows,
  furthest,
  planeOf,
  relativeErrors,
  symmetricLog,
  worstOf,
} from "../../webview/checks/errors";
import { toCsv } from "../../webview/csv";

const details = (analytic: number[], numeric: number[], shape = [analytic.length]) => ({
  analytic: Float64Array.from(analytic),
  numeric: Float64Array.from(numeric),
  shape,
});

describe("pictures of a check", () => {
  it("lay a tensor out by its last two dimensions", () => {
    assert.deepEqual(planeOf([8, 3, 5, 4]), { rows: 5, columns: 4, count: 24 });
    assert.deepEqual(planeOf([7]), { rows: 1, columns: 7, count: 1 });
    assert.deepEqual(planeOf([]), { rows: 1, columns: 1, count: 1 });
  });

  it("take errors relative to the larger number, and call rounding beside a large gradient no error", () => {
    const errors = relativeErrors(details([1, 2, 0, 1e-12], [1, 1, 0, 2e-12]), false);
    assert.deepEqual([...errors.slice(0, 3)], [0, 0.5, 0]);
    assert.ok((errors[3] ?? 1) < 1e-8);
    assert.ok(Number.isNaN(relativeErrors(details([1], [Number.NaN]), true)[0]));
  });

  it("find the worst elements, and leave out what was not compared", () => {
    const errors = Float64Array.of(1e-9, Number.NaN, 0.5, 0);
    assert.equal(worstOf(errors), 2);
    assert.equal(worstOf(Float64Array.of(Number.NaN)), -1);
    assert.deepEqual(furthest(errors, 2), [2, 0]);
  });

  it("show the worst of the elements that share a cell, in the plane that is asked for", () => {
    const errors = new Float64Array(2 * 4 * 6).fill(1e-10);
    errors[24 + 2 * 6 + 5] = 0.3;
    errors[24] = Number.NaN;
    const cells = cellsOf(errors, planeOf([2, 4, 6]), 1, 2, 3);
    assert.deepEqual([cells.rows, cells.columns, cells.down, cells.across], [2, 3, 2, 2]);
    assert.equal(cells.worst[5], 24 + 2 * 6 + 5);
    assert.equal(cells.worst[0], 25);
    const single = cellsOf(Float64Array.of(Number.NaN, 1), planeOf([2]), 0, 10, 10);
    assert.deepEqual([...single.worst], [-1, 1]);
  });

  it("scale both signs alike, with room around zero", () => {
    const scale = symmetricLog(100);
    assert.deepEqual([scale(100), scale(0), scale(-100)], [1, 0, -1]);
    assert.ok(scale(1) > 0.5 && scale(1) < 1 && scale(-1) === -scale(1));
    assert.equal(symmetricLog(0)(0), 0);
  });

  it("give every element as a line of CSV", () => {
    const given = details([1, 2], [1, 1], [1, 2]);
    const rows = elementRows(given, relativeErrors(given, false));
    assert.equal(toCsv(["i", "a", "n", "abs", "rel"], rows).split("\r\n")[2], "0 1,2,1,1,0.5");
  });

  it("leave steps without a finite difference out of the curve", () => {
    const steps = Float64Array.of(0.1, 0.01, 0.001);
    const curve = { steps, numeric: Float64Array.of(Number.NaN, 3, 2), analytic: 2, chosen: 0.01 };
    assert.deepEqual(curvePoints(curve), [
      { step: 0.01, error: 1 },
      { step: 0.001, error: 0 },
    ]);
  });
});
