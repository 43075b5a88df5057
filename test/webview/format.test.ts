// Numbers as people read them, and tables as programs read them.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { formatPair as inEditor } from "../../extension/numbers";
import { toCsv } from "../../webview/csv";
import {
  formatCount,
  formatNumber,
  formatPair,
  formatShape,
  formatSite,
  unravel,
} from "../../webview/format";
import { decodeNumbers, encodeNumbers } from "../../webview/protocol";
import { site } from "./reports";

describe("panels: numbers", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, "0"],
    [-0, "0"],
    [-4, "−4"],
    [3.2e-9, "3.2e-9"],
    [-3.2111e-9, "−3.21e-9"],
    [0.12345, "0.123"],
    [0.001, "0.001"],
    [0.00099, "9.9e-4"],
    [12345, "12\u202f345"],
    [12345.6, "12\u202f300"],
    [1e6, "1e6"],
    [-1.5e12, "−1.5e12"],
    [1234, "1234"],
    [Number.NaN, "NaN"],
    [Number.NEGATIVE_INFINITY, "−∞"],
  ];
  for (const [value, text] of cases)
    it(`writes ${value} as ${text}`, () => assert.equal(formatNumber(value), text));

  it("writes two numbers with the digits that tell them apart, and no more", () => {
    const pairs: readonly [number, number, string, string][] = [
      [1.5, -2.25, "1.5", "−2.25"],
      [0.123456789, 0.123456712, "0.1234568", "0.1234567"],
      [1, 1 + Number.EPSILON, "1", "1.0000000000000002"],
      [3e-9, 3.0001e-9, "3e-9", "3.0001e-9"],
      [7, 7, "7", "7"],
      [Number.NaN, 1, "NaN", "1"],
    ];
    for (const [a, b, ...texts] of pairs) {
      assert.deepEqual(formatPair(a, b), texts);
      assert.deepEqual(inEditor(a, b), texts);
    }
  });

  it("writes counts, shapes and places", () => {
    assert.equal(formatCount(12345678), "12\u202f345\u202f678");
    assert.equal(formatShape([]), "scalar");
    assert.equal(formatShape([64, 1, 8]), "64×1×8");
    assert.equal(formatSite(site(12, 3, "C:\\models\\net.ts")), "net.ts:12");
  });

  it("turns flat indices into indices by dimension", () => {
    assert.deepEqual(unravel(0, []), []);
    assert.deepEqual(unravel(23, [2, 3, 4]), [1, 2, 3]);
    assert.deepEqual(unravel(4, [2, 3, 4]), [0, 1, 0]);
  });
});

describe("panels: CSV", () => {
  it("quotes what needs it and keeps all digits", () => {
    const text = toCsv(
      ["name", "norm"],
      [
        ['a "b", c', 0.1 + 0.2],
        [null, -1e-9],
        ["two\nlines", 1],
      ],
    );
    assert.equal(text, 'name,norm\r\n"a ""b"", c",0.30000000000000004\r\n,-1e-9\r\n"two\nlines",1');
  });
});

describe("panels: messages", () => {
  it("carry NaN and infinities through JSON, and typed arrays untouched", () => {
    const values = new Float64Array([Number.NaN]);
    const message = {
      stats: [Number.NaN, Number.NEGATIVE_INFINITY, 1.5, null, "NaN"],
      deep: { item: Infinity },
    };
    const sent = JSON.parse(JSON.stringify(encodeNumbers(message)));
    assert.deepEqual(decodeNumbers(sent), message);
    assert.equal((encodeNumbers({ values }) as { values: unknown }).values, values);
  });
});
