/** Kernels in WebAssembly SIMD for float32 (and float64 products); all else runs on the JavaScript kernels, in place. */
import type { Values } from "../../dtype";
import type { Shape } from "../../shape";
import { collapse, jsKernels } from "../js";
import type { Elementwise, Kernels, MatmulSize, Operand } from "../kernels";
import { addressOf, release, reserve } from "./memory";
import { instantiate, type WasmExports } from "./module";

/** Products with fewer multiplications are done before a call has copied its operands. */
const SMALL_PRODUCT = 512;
/** Depth of a packed panel, as in assembly/matmul.ts. */
const DEPTH = 256;
const PANEL_BYTES = 32;
const BLOCK_ROWS = 96;

const wasm = instantiate();

const unary: Readonly<Record<string, WasmExports["exp_f32"]>> = {
  neg: wasm.neg_f32,
  abs: wasm.abs_f32,
  square: wasm.square_f32,
  sqrt: wasm.sqrt_f32,
  relu: wasm.relu_f32,
  exp: wasm.exp_f32,
  sigmoid: wasm.sigmoid_f32,
  tanh: wasm.tanh_f32,
};

const binary: Readonly<Record<string, WasmExports["add_f32"]>> = {
  add: wasm.add_f32,
  sub: wasm.sub_f32,
  mul: wasm.mul_f32,
  div: wasm.div_f32,
};

/** Lends addresses for one call: operands outside the shared memory are copied in, and results out. */
class Loan {
  private readonly blocks: { address: number; block: number }[] = [];
  private readonly results: { values: Values; address: number }[] = [];

  /** Address of an operand. */
  read(values: Values): number {
    return addressOf(values) || this.copyIn(values);
  }

  /** Address of a result; its values arrive with `settle`. */
  write(values: Values): number {
    const own = addressOf(values);
    if (own !== 0) return own;
    const address = this.scratch(values.byteLength);
    this.results.push({ values, address });
    return address;
  }

  scratch(bytes: number): number {
    const place = reserve(Math.max(bytes, 16), { evenBeyondBudget: true });
    this.blocks.push(place);
    return place.address;
  }

  settle(): void {
    for (const { values, address } of this.results) values.set(viewLike(values, address));
    for (const { address, block } of this.blocks) release(address, block);
  }

  private copyIn(values: Values): number {
    const address = this.scratch(values.byteLength);
    viewLike(values, address).set(values);
    return address;
  }
}
