/** The text of GPU kernels, in the JavaScript that gpu.js compiles. Sizes are constants: loops bounded by arguments are cut short. */
import type { Shape } from "../core/shape";
import type { GpuProgram } from "./gpu-messages";
import { collapse } from "./js";
import type { Elementwise, MatmulSize, Operand } from "./kernels";
import { prelude } from "./prelude";

/** WebGPU's largest dispatch is 65,535 workgroups in a dimension; gpu.js takes 64 threads along x in one. */
const MAX_GROUPS = 65_535;
const MAX_ROW = MAX_GROUPS * 64;

const letters = ["x", "y", "z"];
const axes = ["x", "y", "z"];

/** An elementwise function over `shape`; null when it cannot run on the GPU. */
export function mapProgram(f: Elementwise, inputs: readonly Operand[], shape: Shape): GpuProgram | null {
  const expr = f.gpu === undefined ? f.expr : f.gpu;
  if (expr === null || inputs.some((input) => input.offset)) return null;
  const flat = collapse(shape, inputs);
  const output = gridOf(flat.shape);
  if (output === null) return null;
  const constants: Record<string, number> = {};
  const reads = flat.strides.map((strides, i) => {
    const terms = strides.map((stride, d) => {
      const name = `s${i}_${d}`;
      constants[name] = stride;
      return `this.thread.${axes[strides.length - 1 - d]} * this.constants.${name}`;
    });
    return `const ${letters[i]} = a${i}[${terms.join(" + ")}];`;
  });
  const args = [...inputs.map((_, i) => `a${i}`), ...(f.params ?? [])];
  const source = `function(${args.join(", ")}) { ${reads.join(" ")} return ${expr}; }`;
  return program(source, functionsIn(expr), output, constants);
}

/** A batched matrix product; null when it is too large for one dispatch. */
export function matmulProgram(size: MatmulSize): GpuProgram | null {
  const { batch, m, k, n, transX, transY, xStride, yStride } = size;
  const output = gridOf([batch, m, n]);
  if (output === null || k === 0) return null;
  const constants = {
    k,
    xBatch: xStride,
    xRow: transX ? 1 : k,
    xStep: transX ? m : 1,
    yBatch: yStride,
    yColumn: transY ? k : 1,
    yStep: transY ? 1 : n,
  };
  const source = `function(x, y) {
    let sum = 0;
    const p = this.thread.z * this.constants.xBatch + this.thread.y * this.constants.xRow;
    const q = this.thread.z * this.constants.yBatch + this.thread.x * this.constants.yColumn;
    for (let l = 0; l < this.constants.k; l++) {
      sum += x[p + l * this.constants.xStep] * y[q + l * this.constants.yStep];
    }
    return sum;
  }`;
  return program(source, [], output, constants);
}

/** The grid of threads (x fastest) for up to three dimensions; null when it does not fit. */
function gridOf(shape: Shape): [number, number, number] | null {
  if (shape.length > 3) return null;
  const [x = 1, y = 1, z = 1] = [...shape].reverse();
  return x <= MAX_ROW && y <= MAX_GROUPS && z <= MAX_GROUPS ? [x, y, z] : null;
}

/** Definitions of the prelude's functions that an expression calls, and of those that they call. */
function functionsIn(expr: string): string[] {
  const found = new Map<string, string>();
  const visit = (text: string) => {
    for (const [name, definition] of Object.entries(prelude)) {
      if (found.has(name) || !new RegExp(`\\b${name}\\(`).test(text)) continue;
      found.set(name, definition);
      visit(definition);
    }
  };
  visit(expr);
  return [...found.values()];
}

function program(
  source: string,
  functions: readonly string[],
  output: [number, number, number],
  constants: Record<string, number>,
): GpuProgram {
  return { key: JSON.stringify([source, output, constants]), source, functions, output, constants };
}
