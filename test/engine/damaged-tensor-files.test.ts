/** Damaged files of tensors: each ends in the data that it holds or in one clear message, whatever its fields claim. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { strToU8, zipSync } from "fflate";
import { describe, it } from "mocha";
import { ModelError } from "../../engine/core/error";
import { RandomGenerator } from "../../engine/core/random";
import type { Tensor } from "../../engine/core/tensor";
import { tensor } from "../../engine/creation/create";
import * as data from "../../engine/data";
import { damage } from "./damage";

type Tensors = Record<string, Tensor>;
const MIB = 2 ** 20;

function tensors(): Tensors {
  return {
    weight: tensor([0.5, -1, 2, 3e-8, 7, 1e20], { shape: [2, 3] }),
    bias: tensor([Math.PI, -0, 1e300], { dtype: "float64" }),
    labels: tensor([3, -1, 2 ** 31 - 1, 0], { shape: [2, 2], dtype: "int32" }),
    mask: tensor([true, false, true, true, false]),
    scalar: tensor(7),
    none: tensor([], { shape: [0, 2] }),
  };
}

function asPlain(found: Tensors) {
  const entries = Object.entries(found).map(([name, { dtype, shape, data: values }]) => {
    return [name, { dtype, shape: [...shape], values: [...values] }] as const;
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a reader gave, or its message; memory and message are bounded whatever the file says. */
function outcomeOf<T>(read: () => T, size: number): T | string {
  const before = process.memoryUsage().arrayBuffers;
  try {
    return read();
  } catch (error) {
    assert.ok(error instanceof ModelError, String((error as Error).stack));
    assert.match(error.message, /^read(Npy|Npz|Safetensors)\(\): /);
    assert.ok(error.message.length < 500 && !error.message.includes("\n"), error.message);
    return error.message;
  } finally {
    const taken = process.memoryUsage().arrayBuffers - before;
    assert.ok(taken < 4 * size + 64 * MIB, `${taken} bytes for a file of ${size}`);
  }
}

const decoders: Readonly<Record<string, (bytes: Buffer, at: number) => number>> = {
  F32: (bytes, at) => bytes.readFloatLE(4 * at),
  F64: (bytes, at) => bytes.readDoubleLE(8 * at),
  I32: (bytes, at) => bytes.readInt32LE(4 * at),
  BOOL: (bytes, at) => bytes.readUInt8(at),
  "<f4": (bytes, at) => bytes.readFloatLE(4 * at),
  "<f8": (bytes, at) => bytes.readDoubleLE(8 * at),
  "<i4": (bytes, at) => bytes.readInt32LE(4 * at),
  "|b1": (bytes, at) => bytes.readUInt8(at),
};

/** The numbers of a found tensor are those that lie in the bytes. */
function assertHolds({ data: values, shape }: Tensor, code: string, bytes: Buffer): void {
  const { [code]: decode } = decoders;
  if (decode === undefined) return;
  const count = shape.reduce((size, n) => size * n, 1);
  const expected = Array.from({ length: count }, (_, i) => decode(bytes, i));
  assert.deepEqual([...values], expected);
}

describe("damaged files of tensors", () => {
  it("a .npz gives the arrays that were saved, or a message", () => {
    const random = new RandomGenerator(1);
    const stored = readFileSync("test/fixtures/arrays.npz");
    const written = data.writeNpz(tensors());
    const files = [stored, written].map((bytes) => ({ bytes, saved: asPlain(data.readNpz(bytes)) }));
    const seen = { read: 0, refused: 0 };
    for (let n = 0; n < 5_000; n++) {
      const { bytes, saved } = files[n % files.length] as (typeof files)[0];
      const damaged = damage(bytes, random);
      const found = outcomeOf(() => data.readNpz(damaged), damaged.length);
      if (typeof found !== "string") assert.deepEqual(asPlain(found), saved);
      seen[typeof found === "string" ? "refused" : "read"]++;
    }
    assert.ok(seen.read > 100 && seen.refused > 1_000, JSON.stringify(seen));
  });

  it("a .npy gives the numbers that lie in it, or a message", () => {
    const random = new RandomGenerator(2);
    const files = Object.values(tensors()).map(data.writeNpy);
    const seen = { read: 0, refused: 0 };
    for (let n = 0; n < 2_500; n++) {
      const damaged = damage(files[n % files.length] as Uint8Array, random);
      const found = outcomeOf(() => data.readNpy(damaged), damaged.length);
      seen[typeof found === "string" ? "refused" : "read"]++;
      if (typeof found === "string") continue;
      const bytes = Buffer.from(damaged);
      const start = 10 + bytes.readUInt16LE(8);
      const code = /'descr'\s*:\s*'([^']*)'/.exec(bytes.toString("latin1", 0, start))?.[1] ?? "";
      assertHolds(found, code, bytes.subarray(start));
    }
    assert.ok(seen.read > 100 && seen.refused > 1_000, JSON.stringify(seen));
  });

  it("a .safetensors gives the numbers that lie in it, or a message", () => {
    const random = new RandomGenerator(3);
    const files = [readFileSync("test/fixtures/tensors.safetensors"), data.writeSafetensors(tensors())];
    const seen = { read: 0, refused: 0 };
    for (let n = 0; n < 2_500; n++) {
      const damaged = damage(files[n % files.length] as Uint8Array, random);
      const found = outcomeOf(() => data.readSafetensors(damaged), damaged.length);
      seen[typeof found === "string" ? "refused" : "read"]++;
      if (typeof found === "string") continue;
      const bytes = Buffer.from(damaged);
      const start = 8 + Number(bytes.readBigUInt64LE(0));
      const header = JSON.parse(bytes.toString("utf8", 8, start));
      for (const [name, x] of Object.entries(found)) {
        const [from, to] = header[name].data_offsets;
        assertHolds(x, header[name].dtype, bytes.subarray(start + from, start + to));
      }
    }
    assert.ok(seen.read > 100 && seen.refused > 1_000, JSON.stringify(seen));
  });

  it("sizes are bounded before memory is taken", () => {
    const bomb = Buffer.from(zipSync({ "a.npy": new Uint8Array(50_000) }));
    for (const at of [bomb.indexOf("PK\x01\x02") + 24, 22]) bomb.writeUInt32LE(0xfffffff0, at);
    const huge = strToU8("{'descr': '<f8', 'fortran_order': False, 'shape': (1099511627776,), }\n");
    const npy = Buffer.concat([Buffer.from("\x93NUMPY\x01\x00\x00\x00", "latin1"), huge]);
    npy.writeUInt16LE(huge.length, 8);
    const header = JSON.stringify({ a: { dtype: "F64", shape: [2 ** 40], data_offsets: [0, 2 ** 43] } });
    const tensorsFile = Buffer.concat([Buffer.alloc(8), Buffer.from(header)]);
    tensorsFile.writeBigUInt64LE(BigInt(header.length));
    const cases: [() => unknown, number, RegExp][] = [
      [() => data.readNpz(bomb), bomb.length, /"a\.npy" claims 4294967280 bytes, which \d+ cannot hold/],
      [() => data.readNpy(npy), npy.length, /found 0 bytes of numbers, expected 8796093022208/],
      [
        () => data.readSafetensors(tensorsFile),
        tensorsFile.length,
        /"a" lies at bytes 0 to 8796093022208 of 0/,
      ],
      [
        () => data.readSafetensors(Buffer.alloc(9, 0xff)),
        9,
        /the header should have 18446744073709552000 bytes/,
      ],
    ];
    for (const [read, size, message] of cases) assert.match(String(outcomeOf(read, size)), message);
  });

  it("says what is wrong with archives and headers", () => {
    const npy = Buffer.from(data.writeNpy(tensor([1, 2])));
    const changed = (from: string, to: string) =>
      Buffer.from(npy.toString("latin1").replace(from, to), "latin1");
    const twice = Buffer.from(data.writeNpz({ aa: tensor(1), bb: tensor(2) }));
    for (let at = twice.indexOf("bb.npy"); at >= 0; at = twice.indexOf("bb.npy", at)) twice.write("aa", at);
    const gap = Buffer.from(data.writeSafetensors({ a: tensor([1, 2]) }).slice());
    const cases: [() => unknown, RegExp][] = [
      [
        () => data.readNpz(zipSync({ "notes.txt": strToU8("x") })),
        /the archive holds "notes\.txt", expected \.npy/,
      ],
      [() => data.readNpz(twice), /it holds "aa\.npy" twice/],
      [() => data.readNpy(changed("'<f4'", "'>f4'")), /the array has type ">f4"/],
      [() => data.readNpy(changed("'<f4'", "'|O' ")), /the array has type "\|O"/],
      [() => data.readNpy(changed("(2,)", "(2) ")), /shape is no tuple of sizes/],
      [() => data.readNpy(changed("False", "Maybe")), /cannot be read to its end/],
      [() => data.readNpy(Buffer.concat([npy, Buffer.alloc(4)])), /found 12 bytes of numbers, expected 8/],
      [
        () => data.readSafetensors(Buffer.concat([gap, Buffer.alloc(4)])),
        /the tensors fill 8 bytes, the file has 12/,
      ],
    ];
    for (const [read, message] of cases) assert.match(String(outcomeOf(read, 1_000)), message);
  });

  it("names that JavaScript knows are names like others", () => {
    const odd = Object.fromEntries([
      ["__proto__", tensor([1])],
      ["constructor", tensor([2])],
    ]);
    assert.deepEqual(Object.keys(data.readSafetensors(data.writeSafetensors(odd))), [
      "__proto__",
      "constructor",
    ]);
    assert.deepEqual(Object.keys(data.readNpz(data.writeNpz(odd))), ["__proto__", "constructor"]);
    assert.throws(() => data.writeSafetensors({ __metadata__: tensor(1) }), /that one is taken/);
  });
});
