// Places as people read them, tables as programs read them, and what messages carry.
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { unravel } from "../../engine/report/element-index";
import { toCsv } from "../../webview/csv";
import { formatSite } from "../../webview/format";
import { decodeNumbers, encodeNumbers } from "../../webview/wire";
import { site } from "./reports";

describe("panels: places", () => {
  it("are a file's name and a line", () => {
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
