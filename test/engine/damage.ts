/** Damages files as disks, transfers and ill will do: bits, bytes, lengths, pieces. */
import type { RandomGenerator } from "../../engine/core/random";

type Damage = (bytes: Buffer, at: number, random: RandomGenerator) => Buffer;

const extremes = [
  0n,
  1n,
  0x7fn,
  0xffn,
  0xffffn,
  0x7fffffffn,
  0xffffffffn,
  0x7fffffffffffffffn,
  2n ** 64n - 1n,
];

function below(random: RandomGenerator, n: number): number {
  return Math.floor(random.uniform() * n);
}

/** Writes over what stands there, up to the end of the file. */
function overwrite(bytes: Buffer, at: number, value: Buffer): Buffer {
  value.copy(bytes, at, 0, Math.min(value.length, bytes.length - at));
  return bytes;
}

const kinds: readonly Damage[] = [
  (bytes, at, random) => overwrite(bytes, at, Buffer.from([(bytes[at] as number) ^ (1 << below(random, 8))])),
  (bytes, at, random) => overwrite(bytes, at, Buffer.from([below(random, 256)])),
  (bytes, at, random) => {
    const digits = [...bytes.keys()].filter((i) => (bytes[i] as number) >= 48 && (bytes[i] as number) <= 57);
    const place = digits[below(random, digits.length)] ?? at;
    return overwrite(bytes, place, Buffer.from([48 + below(random, 10)]));
  },
  (bytes, at, random) => {
    const number = Buffer.alloc(8);
    number.writeBigUInt64LE(extremes[below(random, extremes.length)] as bigint);
    return overwrite(bytes, at, number.subarray(0, 2 ** (1 + below(random, 3))));
  },
  (bytes, at) => bytes.subarray(0, at),
  (bytes, at, random) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(random, 40))]),
  (bytes, at, random) =>
    Buffer.concat([
      bytes.subarray(0, at),
      Buffer.alloc(1 + below(random, 20), below(random, 256)),
      bytes.subarray(at),
    ]),
  (bytes, at, random) => {
    const from = below(random, bytes.length);
    return overwrite(bytes, at, Buffer.from(bytes.subarray(from, from + 1 + below(random, 60))));
  },
  (bytes) => Buffer.concat([bytes, bytes.subarray(-1)]),
];

/** A damaged copy of a file; the same for the same state of `random`. */
export function damage(file: Uint8Array, random: RandomGenerator): Buffer {
  const kind = kinds[below(random, kinds.length)] as Damage;
  return kind(Buffer.from(file), below(random, file.length), random);
}
