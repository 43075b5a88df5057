/** Frames on a pipe: every message arrives in pieces of any size, and what a model writes between them is passed over. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, it } from "mocha";
import { encodeMessage, FrameReader, headOf, MARK_BYTES } from "../../engine/runner/frames";

const mark = randomBytes(MARK_BYTES);

function frame(message: unknown, own: Uint8Array = mark): Buffer {
  const body = encodeMessage(message);
  return Buffer.concat([headOf(own, body), body]);
}

/** Cuts bytes at the given places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...places.map((p) => p % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((to, i) => bytes.subarray(at[i], to));
}

describe("frames of the engine's channel", () => {
  it("come out as they went in, however the pipe cuts them, and whatever stands between them", () => {
    const part = fc.oneof(
      fc.record({ message: fc.jsonValue() }),
      fc.record({ junk: fc.uint8Array({ maxLength: 60 }) }),
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 12 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (parts, places) => {
          const bytes = Buffer.concat(parts.map((p) => ("junk" in p ? p.junk : frame(p.message))));
          const reader = new FrameReader(mark);
          const found = cut(bytes, places).flatMap((piece) => reader.push(piece));
          assert.deepEqual(
            found,
            parts.flatMap((p) => ("junk" in p ? [] : [p.message])),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it("keep typed arrays typed", () => {
    const [found] = new FrameReader(mark).push(frame({ values: Float64Array.of(1, Number.NaN) }));
    assert.deepEqual(found, { values: Float64Array.of(1, Number.NaN) });
  });

  it("are not taken from who does not know the mark", () => {
    assert.deepEqual(new FrameReader(mark).push(frame({ forged: true }, Buffer.alloc(MARK_BYTES))), []);
  });

  it("of impossible sizes are refused", () => {
    const head = headOf(mark, new Uint8Array(1));
    head.writeUInt32LE(0xffffffff, MARK_BYTES);
    assert.throws(() => new FrameReader(mark).push(head), /a message of 4294967295 bytes/);
  });
});
