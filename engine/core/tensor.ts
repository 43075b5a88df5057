/** The tensor: a shape, an element type, values, and how it came to be. */
import { allocate, type DType, getDefaultDtype, isFloat, newValues, type Values } from "./dtype";
import { ModelError } from "./error";
import { instancesOf } from "./instance";
import { activeTape, tapeInside } from "./recording";
import { type Shape, showShape, sizeOf } from "./shape";
import { currentSite } from "./sites";
import type { Node } from "./tape";

/** Whether an object was made by the constructor. */
let isMade: (value: object) => boolean;

/** Whether a value is a tensor itself, and no proxy of one; asks nothing of it, so that no proxy hears of the question. */
export function isMadeTensor(value: unknown): value is Tensor {
  return typeof value === "object" && value !== null && isMade(value);
}

/** What operations accept where a tensor is expected. */
export type TensorLike = Tensor | number;

/** The only element. */
let only: (x: Tensor) => number;

/** What `item()` gives, read by the engine itself. @throws ModelError when there are more elements */
export function numberIn(x: Tensor): number {
  return only(x);
}

/** Says whether a result carries a gradient, which makes it no parameter. */
export let setCarries: (x: Tensor, carries: boolean) => void;

/** Gives a tensor other values, and their type with them. */
let put: (x: Tensor, data: Values, dtype: DType) => void;

/**
 * An n-dimensional array, contiguous in row-major order. Operations are functions and, for the common ones,
 * methods (see ops/methods.ts). Values are changed only through `data` of a leaf, between steps.
 */
export class Tensor {
  /** The gradient that `backward` accumulated here; null before, and for tensors that are no leaves. */
  grad: Tensor | null = null;
  /** The recorded operation that made this tensor; null for a leaf. */
  node: Node | null = null;
  /** Id of the call site that made this tensor; 0 when unknown. */
  readonly site: number = currentSite();

  static {
    put = (x, data, dtype) => {
      x.values = data;
      Object.assign(x, { dtype });
    };
    setCarries = (x, carries) => {
      x.takesGradient = carries;
    };
    isMade = (value) => #isTensor in value;
    only = (x) => {
      if (x.values === null) return held(x.number);
      if (x.data.length !== 1) {
        throw new ModelError(`item() needs a tensor with one element, found shape ${showShape(x.shape)}`);
      }
      return held(x.data[0] as number);
    };
  }

  /** Null for a single number that nobody has asked an array of: most of a scalar graph never is. */
  private values: Values | null;
  private number = 0;
  private takesGradient: boolean;

  /** What only a tensor has: no proxy of one, and nothing that merely inherits from it. */
  readonly #isTensor = true;

  /** @param data the values, used, not copied; or a single number, rounded to `dtype` already */
  constructor(
    data: Values | number,
    /** Sizes of the dimensions; [] for a single number. */
    readonly shape: Shape,
    /** The element type. */
    readonly dtype: DType,
    requiresGrad = false,
  ) {
    this.takesGradient = requiresGrad;
    if (typeof data === "number") {
      this.values = null;
      this.number = data;
    } else this.values = data;
  }

  /** Whether operations on this tensor are recorded, so that gradients lead back to it. */
  get requiresGrad(): boolean {
    return this.takesGradient;
  }

  /** @throws ModelError for true and integers or booleans */
  set requiresGrad(requiresGrad: boolean) {
    if (requiresGrad && !this.takesGradient) begin(this);
    this.takesGradient = requiresGrad;
  }

  /** The elements in row-major order. */
  get data(): Values {
    if (this.values === null) {
      this.values = newValues(this.dtype, 1);
      this.values[0] = this.number;
    } else if (this.values === forgotten) throw forgottenError(this);
    return this.values;
  }

  /** Number of elements. */
  get size(): number {
    return this.values === null ? 1 : this.values === forgotten ? sizeOf(this.shape) : this.values.length;
  }

  /** Whether the values were given up together with their tape. */
  get isForgotten(): boolean {
    return this.values === forgotten;
  }

  /** Gives up the values: from now on using them is an error. */
  forget(): void {
    this.values = forgotten;
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this.shape.length;
  }

  /** True when it was not computed from what takes a gradient; gradients accumulate in `grad` of leaves only. */
  get isLeaf(): boolean {
    return this.node === null || !this.takesGradient;
  }

  /** The only element as a number. @throws ModelError when there are more. */
  item(): number {
    if (this.requiresGrad) noteTaken(this, "item");
    return only(this);
  }

  /** The same values without history: gradients stop here. Shares memory, as in PyTorch. */
  detach(): Tensor {
    const out = new Tensor(this.data, this.shape, this.dtype);
    detached.set(out, this);
    activeTape()?.share(out);
    return out;
  }

  /** Values as nested arrays. */
  toArray(): NestedArray {
    if (this.requiresGrad) noteTaken(this, "toArray");
    const build = (dim: number, offset: number, stride: number): NestedArray => {
      if (dim === this.shape.length) return this.data[offset] as number;
      const inner = stride / (this.shape[dim] as number);
      return Array.from({ length: this.shape[dim] as number }, (_, i) =>
        build(dim + 1, offset + i * inner, inner),
      );
    };
    return build(0, 0, this.size);
  }

  /** Shape, element type and the first six elements. */
  toString(): string {
    const shown = Array.from(this.data.subarray(0, 6), (v) => Number(v.toPrecision(5)));
    return `Tensor(${showShape(this.shape)}, ${this.dtype}, [${shown.join(", ")}${this.size > 6 ? ", …" : ""}])`;
  }
}

function noteTaken(from: Tensor, how: "item" | "toArray"): void {
  tapeInside()?.notes.taken.note({ from, how, at: currentSite(), to: null });
}

/** Whether a value is a tensor. */
export const isTensor: (value: unknown) => value is Tensor = instancesOf(Tensor);

/**
 * Runs `fn` with the values of the tensors, all of them floats, in float64; afterwards they are what they were. Tensors
 * that share their memory go on doing so.
 */
export async function inDouble<T>(tensors: Iterable<Tensor>, fn: () => Promise<T>): Promise<T> {
  const wide = new Map<Values, Float64Array>();
  const before = [...tensors].map((x) => ({ x, data: x.data, dtype: x.dtype }));
  for (const { data } of before) wide.set(data, wide.get(data) ?? Float64Array.from(data));
  try {
    for (const { x, data } of before) put(x, wide.get(data) as Float64Array, "float64");
    return await fn();
  } finally {
    for (const { x, data, dtype } of before) put(x, data, dtype);
  }
}

/** What `console.log(x)` prints in Node: the values, not the tape behind them. */
Object.defineProperty(Tensor.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value(this: Tensor) {
    return this.isForgotten ? `Tensor(${showShape(this.shape)}, ${this.dtype})` : this.toString();
  },
});

/** JavaScript turns what stands beside `*` or `<` into numbers: with a tensor that would silently be NaN. */
Object.defineProperty(Tensor.prototype, Symbol.toPrimitive, {
  value(this: Tensor, wanted: string) {
    if (wanted !== "number") return this.toString();
    throw new ModelError(
      `found a tensor of shape ${showShape(this.shape)}, expected a number: operators such as * and < do not compute with tensors`,
      { hint: "write mul(x, y) or lt(x, y), or x.item() for the number in a tensor with one element" },
    );
  },
});

/** Stands for the values of tensors whose tape was dropped. */
const forgotten: Values = new Uint8Array(0);

function forgottenError(x: Tensor): ModelError {
  return new ModelError(
    `a tensor of shape ${showShape(x.shape)} was used after its values were forgotten with their tape`,
    {
      hint: "keep what is needed later with tensor(x), which copies",
    },
  );
}

/** What `item()` gives while somebody holds numbers, as a check does; null as a rule. */
export const reads: { hold: ((value: number) => number) | null } = { hold: null };

function held(value: number): number {
  return reads.hold === null ? value : reads.hold(value);
}

/** From which tensor a detached one was taken: what cuts a gradient can be named. */
export const detached = new WeakMap<Tensor, Tensor>();

export type NestedArray = number | boolean | readonly NestedArray[];

/** What `tensor` takes besides the data. */
export interface TensorOptions {
  /** Sizes of the dimensions; those of the data when left out. */
  shape?: Shape;
  /** Element type; that of the data when left out. */
  dtype?: DType;
  /** Whether gradients are kept in `grad`; false when left out. Only for float32 and float64. */
  requiresGrad?: boolean;
}

/** A tensor over `values`, which are used, not copied. */
export function fromValues(values: Values, shape: Shape, dtype: DType): Tensor {
  return new Tensor(values, shape, dtype);
}

/** A zero-filled tensor without history. */
export function zeroFilled(shape: Shape, dtype: DType = getDefaultDtype()): Tensor {
  return new Tensor(allocate(dtype, sizeOf(shape)), shape, dtype);
}

/** Tensors that were made to take a gradient: in a module they stay parameters when they are frozen. */
export const parameters = new WeakSet<Tensor>();

/** A tensor takes a gradient from now on. @throws ModelError for integers and booleans */
function begin(x: Tensor): void {
  if (!isFloat(x.dtype)) throw new ModelError(`requiresGrad needs float32 or float64, found ${x.dtype}`);
  // What was computed from tensors without gradients has a history in a trace only: it is a leaf, as it is without one.
  if (x.node !== null) {
    activeTape()?.withdraw(x.node);
    x.node = null;
  }
  if (parameters.has(x)) return;
  parameters.add(x);
  noteFresh(x);
}

/** Says whether a leaf takes a gradient. @throws ModelError for integers and booleans */
export function requireGrad<T extends Tensor>(x: T, requiresGrad = true): T {
  x.requiresGrad = requiresGrad;
  return x;
}

/** A leaf was made that takes a gradient. */
export function noteFresh(x: Tensor): void {
  const notes = tapeInside()?.notes;
  // A leaf with a name was there before, and a detached one is no weight.
  if (notes !== undefined && !detached.has(x) && notes.leafNames.of(x).length === 0) notes.fresh.add(x);
}
