/** Rounding to fewer bits, against tables of all numbers of a format, made from their bits. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  exponentOf,
  type FloatFormat,
  floatFormats,
  partOf,
  roundInFormat,
  roundToInt8,
} from "../../../engine/precision/number-format";

/** How the bits of a format are laid out: sign, exponent, fraction. */
interface Layout {
  readonly exponent: number;
  readonly fraction: number;
  /** OCP E4M3 has no infinities: the highest exponent holds numbers, but for its last one, which is NaN. */
  readonly hasNoInfinity: boolean;
}

const layouts: Record<"fp16" | "bf16" | "fp8-e4m3" | "fp8-e5m2", Layout> = {
  fp16: { exponent: 5, fraction: 10, hasNoInfinity: false },
  bf16: { exponent: 8, fraction: 7, hasNoInfinity: false },
  "fp8-e4m3": { exponent: 4, fraction: 3, hasNoInfinity: true },
  "fp8-e5m2": { exponent: 5, fraction: 2, hasNoInfinity: false },
};

/** All numbers of a format from 0 up, in the order of their bits; the last one of an even place has an even fraction. */
function numbersOf({ exponent, fraction, hasNoInfinity }: Layout): number[] {
  const bias = 2 ** (exponent - 1) - 1;
  const count = hasNoInfinity ? 2 ** (exponent + fraction) - 1 : (2 ** exponent - 1) * 2 ** fraction;
  return Array.from({ length: count }, (_, bits) => {
    const power = Math.floor(bits / 2 ** fraction);
    const rest = bits % 2 ** fraction;
    return power === 0
      ? rest * 2 ** (1 - bias - fraction)
      : (2 ** fraction + rest) * 2 ** (power - bias - fraction);
  });
}

/** The nearest of all numbers, of two the one of the even place; beyond the last one as if they went on. */
function nearest(numbers: readonly number[], v: number, hasNoInfinity: boolean): number {
  let [low, high] = [0, numbers.length - 1];
  const last = numbers[high] ?? 0;
  if (v > last) {
    const step = last - (numbers[high - 1] ?? 0);
    const goesUp = high % 2 === 0 ? v > last + step / 2 : v >= last + step / 2;
    return goesUp && !hasNoInfinity ? Number.POSITIVE_INFINITY : last;
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) <= v) low = middle;
    else high = middle;
  }
  const [a, b] = [numbers[low] ?? 0, numbers[high] ?? 0];
  if (v - a === b - v) return low % 2 === 0 ? a : b;
  return v - a < b - v ? a : b;
}

describe("numbers of fewer bits", () => {
  for (const [name, layout] of Object.entries(layouts)) {
    const format = floatFormats[name as keyof typeof layouts] as FloatFormat;
    const numbers = numbersOf(layout);

    it(`${name} keeps each of its own, of both signs`, () => {
      assert.equal(numbers.at(-1), format.largest);
      for (const v of numbers)
        assert.ok(roundInFormat(v, format) === v && roundInFormat(-v, format) === -v, String(v));
    });

    it(`${name} rounds what lies between to the nearest, and halves to the even one`, () => {
      const stride = Math.max(1, Math.floor(numbers.length / 4000));
      const check = (v: number) => {
        assert.equal(roundInFormat(v, format), nearest(numbers, v, layout.hasNoInfinity), `${v}`);
        assert.equal(roundInFormat(-v, format), -nearest(numbers, v, layout.hasNoInfinity), `${-v}`);
      };
      for (let i = 0; i + 1 < numbers.length; i += i < 300 || i > numbers.length - 300 ? 1 : stride) {
        const [a, b] = [numbers[i] ?? 0, numbers[i + 1] ?? 0];
        for (const part of [0.25, 0.5, 0.5 - 2 ** -20, 0.5 + 2 ** -20, 0.75]) check(a + (b - a) * part);
      }
      const [last, before] = [numbers.at(-1) ?? 0, numbers.at(-2) ?? 0];
      for (const steps of [0.4, 0.5, 0.6, 1, 100]) check(last + (last - before) * steps);
    });
  }

  it("fp16 loses 2^-25, keeps 2^-24, and takes halves to the even one", () => {
    const { fp16 } = floatFormats;
    assert.ok(fp16);
    assert.equal(roundInFormat(2 ** -25, fp16), 0);
    assert.equal(roundInFormat(2 ** -25 * (1 + 2 ** -20), fp16), 2 ** -24);
    assert.equal(roundInFormat(2 ** -24, fp16), 2 ** -24);
    assert.equal(roundInFormat(1.5 * 2 ** -24, fp16), 2 ** -23);
    assert.equal(roundInFormat(2049, fp16), 2048);
    assert.equal(roundInFormat(2051, fp16), 2052);
    assert.equal(roundInFormat(65519, fp16), 65504);
    assert.equal(roundInFormat(65520, fp16), Number.POSITIVE_INFINITY);
  });

  it("bf16 agrees with the upper half of a float32, rounded on its bits", () => {
    const { bf16 } = floatFormats;
    assert.ok(bf16);
    const view = new DataView(new ArrayBuffer(4));
    let state = 12345;
    for (let i = 0; i < 5000; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      view.setUint32(0, state & 0x7fffffff);
      const v = view.getFloat32(0);
      if (!Number.isFinite(v)) continue;
      const bits = view.getUint32(0);
      // Half of the last place, less one where the place is even: the carry does the rounding.
      view.setUint32(0, ((bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000) >>> 0);
      assert.equal(roundInFormat(v, bf16), view.getFloat32(0), String(v));
    }
  });

  it("int8 has 127 steps on each side of 0, of the tensor's largest element", () => {
    const rounded = roundToInt8([127, -127, 0.4, 0.5, 1.5, 2.5, -0.6, 0]);
    assert.deepEqual(
      [...rounded].map((v) => v + 0),
      [127, -127, 0, 0, 2, 2, -1, 0],
    );
    assert.deepEqual([...roundToInt8([0, 0])], [0, 0]);
  });

  it("exponents are exact next to powers of two", () => {
    for (let e = -1074; e < 1024; e++) {
      assert.equal(exponentOf(2 ** e), e);
      if (e > -1021) assert.equal(exponentOf(2 ** e * (1 - 2 ** -53)), e - 1);
      assert.equal(partOf(-(2 ** e)), 1);
      if (e > -1073) assert.equal(partOf(2 ** e * 1.5), 1.5);
    }
  });
});
