/** Numbers in the place of what is none. */
import { anyNumber } from "../core/kinds";
import { defineOp, type OpFunction, type Positions } from "../core/op";
import { takes } from "../core/signature";
import type { Tensor, TensorLike } from "../core/tensor";
import { isfinite } from "./comparison";
import { mapElements } from "./map-elements";
import { where } from "./select";
import { toTensor } from "./to-tensor";

/** What takes the place of NaN and of the infinities. */
export interface NanToNumOptions {
  /** Stands for NaN; 0 when left out. */
  nan?: number;
  /** Stands for Infinity; the largest finite number of the type when left out. */
  posinf?: number;
  /** Stands for −Infinity; the smallest finite number of the type when left out. */
  neginf?: number;
}

type NumPositions = [
  x: TensorLike,
  ...Positions<[nan?: number, posinf?: number | null, neginf?: number | null], NanToNumOptions>,
];

const kernel = {
  name: "nanToNum",
  expr: "x !== x ? nan : x === Infinity ? posinf : x === -Infinity ? neginf : x",
  params: ["nan", "posinf", "neginf"],
  gpu: null,
};

const largestFloat32 = (2 - 2 ** -23) * 2 ** 127;

/** x with numbers for NaN and the infinities; these take no gradient. */
export const nanToNum: OpFunction<[x: TensorLike, options?: NanToNumOptions], NumPositions> = defineOp<
  [x: TensorLike, options?: NanToNumOptions],
  { nan: number; posinf: number; neginf: number },
  NumPositions
>({
  name: "nanToNum",
  role: "routes",
  label: "finite x",
  formula: "\\bar{x} = \\bar{o} \\, [|x| < \\infty]",
  takes: takes(["x"], { nan: anyNumber, posinf: anyNumber, neginf: anyNumber }),
  args(x, { nan = 0, posinf, neginf } = {}) {
    const input = toTensor(x);
    const most = input.dtype === "float64" ? Number.MAX_VALUE : largestFloat32;
    return { inputs: [input], attrs: { nan, posinf: posinf ?? most, neginf: neginf ?? -most } };
  },
  forward: ([x], attrs) => mapElements(kernel, [x as Tensor], attrs),
  vjp: [(g, { x }) => where(isfinite(x), g, 0)],
  jvp: [(t, { x }) => where(isfinite(x), t, 0)],
  samples: (r) => [[r.uniform([2, 3])], [r.uniform([2]), { nan: 1, posinf: 2, neginf: -2 }]],
});
