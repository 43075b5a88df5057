// Numbers as people read them: one way for messages, the terminal, lenses, hovers and panels.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import {
  formatNumber,
  formatPair,
  formatShape,
  showCount,
  showDuration,
  showNumber,
  showPair,
  showTimes,
} from "../../engine/core/number-text";

describe("numbers as text", () => {
  const numbers: readonly (readonly [number, string])[] = [
    [0, "0"],
    [-0, "0"],
    [-4, "-4"],
    [0.12345, "0.1235"],
    [0.001, "0.001"],
    [0.00099, "9.9e-4"],
    [1e-9, "1e-9"],
    [-3.21119e-9, "-3.211e-9"],
    [1234, "1,234"],
    [12345.6, "12,346"],
    [-123456.7, "-123,457"],
    [999_999, "999,999"],
    [999_999.9, "1,000,000"],
    [1e6, "1e6"],
    [1234567, "1.235e6"],
    [-1.5e12, "-1.5e12"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "∞"],
    [Number.NEGATIVE_INFINITY, "-∞"],
  ];
  for (const [value, text] of numbers)
    it(`are ${text} for ${Object.is(value, -0) ? "-0" : value}, with a real minus sign in the editor`, () => {
      assert.equal(showNumber(value), text);
      assert.equal(formatNumber(value), text.replace(/^-/, "−"));
    });

  it("have as few digits as are asked for, and always all before the point", () => {
    assert.deepEqual(
      [3.25e-9, 0.0625, 1234.5, 2].map((value) => showNumber(value, 1)),
      ["3e-9", "0.06", "1,235", "2"],
    );
  });

  it("of a pair have the digits that tell them apart, and no more", () => {
    const pairs: readonly [number, number, string, string][] = [
      [1.5, -2.25, "1.5", "-2.25"],
      [0.123456789, 0.123456712, "0.1234568", "0.1234567"],
      [1, 1 + Number.EPSILON, "1", "1.0000000000000002"],
      [3e-9, 3.0001e-9, "3e-9", "3.0001e-9"],
      [7, 7, "7", "7"],
      [Number.NaN, 1, "NaN", "1"],
    ];
    for (const [a, b, ...texts] of pairs) assert.deepEqual(showPair(a, b), texts);
    assert.deepEqual(formatPair(1.5, -2.25), ["1.5", "−2.25"]);
  });

  it("that count are written in full", () => {
    assert.deepEqual([0, -0, 999, 9408, 1234567].map(showCount), ["0", "0", "999", "9,408", "1,234,567"]);
    assert.deepEqual(
      [1, 9408].map((count) => showTimes(count, "element")),
      ["1 element", "9,408 elements"],
    );
  });

  it("of shapes and times are short", () => {
    assert.deepEqual([[], [64, 1, 8]].map(formatShape), ["scalar", "64×1×8"]);
    assert.deepEqual([17.6, 2400].map(showDuration), ["18 ms", "2.4 s"]);
  });

  it("are written nowhere else", () => {
    const files = ["engine", "extension", "webview"].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)),
    );
    const others = files.filter(
      (path) =>
        path.endsWith(".ts") &&
        !path.endsWith("number-text.ts") &&
        /toLocaleString\(|NumberFormat|toExponential/.test(readFileSync(path, "utf8")),
    );
    assert.deepEqual(others, []);
  });
});
