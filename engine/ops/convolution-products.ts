/** The three products of a convolution: of image and weight, and the two that hand gradients back. */
import { allocate, allocateUnset, type DType, type Values } from "../core/dtype";
import { kernels, releaseValues } from "../kernels";
import type { Windows } from "../kernels/im2col";

/** Everything about a convolution but its numbers. `windows.channels` counts those of all groups. */
export interface ConvolutionPlan {
  readonly images: number;
  readonly groups: number;
  /** Channels of the convolution's result, of all groups. */
  readonly outChannels: number;
  readonly windows: Windows;
}

interface Sizes {
  readonly images: number;
  readonly groups: number;
  /** Channels of the result per group. */
  readonly m: number;
  /** Elements of one window per group. */
  readonly k: number;
  /** Windows. */
  readonly n: number;
  /** Elements of one image. */
  readonly image: number;
}

function sizesOf({ images, groups, outChannels, windows }: ConvolutionPlan): Sizes {
  const [kh, kw] = windows.kernel;
  return {
    images,
    groups,
    m: outChannels / groups,
    k: (windows.channels / groups) * kh * kw,
    n: windows.count[0] * windows.count[1],
    image: windows.channels * windows.size[0] * windows.size[1],
  };
}

/** When every window is one pixel and there is one per pixel, the image is its own matrix of columns. */
function isPlain({ kernel, stride, padding }: Windows): boolean {
  return [...kernel, ...stride].every((n) => n === 1) && padding.every((n) => n === 0);
}

/** Calls `visit` for each image with its columns, groups · k × n. */
function forEachImage(
  x: Values,
  plan: ConvolutionPlan,
  dtype: DType,
  visit: (columns: Values, i: number) => void,
): void {
  const { images, groups, k, n, image } = sizesOf(plan);
  const plain = isPlain(plan.windows);
  const columns = plain ? null : allocateUnset(dtype, groups * k * n);
  for (let i = 0; i < images; i++) {
    const pixels = x.subarray(i * image, (i + 1) * image);
    if (columns !== null) kernels().unfold(pixels, columns, plan.windows);
    visit(columns ?? pixels, i);
  }
  if (columns !== null) releaseValues(columns);
}

/** out[image][channel][window] = Σ w · window. */
export function correlate(x: Values, w: Values, plan: ConvolutionPlan, dtype: DType): Values {
  const { images, groups, m, k, n } = sizesOf(plan);
  const block = groups * m * n;
  const out = allocateUnset(dtype, images * block);
  const size = { batch: groups, m, k, n, transX: false, transY: false, xStride: m * k, yStride: k * n };
  forEachImage(x, plan, dtype, (columns, i) => {
    kernels().matmul(w, columns, out.subarray(i * block, (i + 1) * block), size);
  });
  return out;
}

/** The image that g, shaped like the result, is handed back to through w. */
export function spread(g: Values, w: Values, plan: ConvolutionPlan, dtype: DType): Values {
  const { images, groups, m, k, n, image } = sizesOf(plan);
  const block = groups * m * n;
  const out = allocate(dtype, images * image);
  const columns = allocateUnset(dtype, groups * k * n);
  const size = { batch: groups, m: k, k: m, n, transX: true, transY: false, xStride: m * k, yStride: m * n };
  for (let i = 0; i < images; i++) {
    kernels().matmul(w, g.subarray(i * block, (i + 1) * block), columns, size);
    kernels().fold(columns, out.subarray(i * image, (i + 1) * image), plan.windows);
  }
  releaseValues(columns);
  return out;
}

/** The weight's gradient: Σ over images and windows of g times the window. */
export function correlateWeight(x: Values, g: Values, plan: ConvolutionPlan, dtype: DType): Values {
  const { images, groups, m, k, n } = sizesOf(plan);
  const block = groups * m * n;
  const sum = allocate(dtype, groups * m * k);
  const part = images > 1 ? allocateUnset(dtype, groups * m * k) : sum;
  const size = { batch: groups, m, k: n, n: k, transX: false, transY: true, xStride: m * n, yStride: k * n };
  forEachImage(x, plan, dtype, (columns, i) => {
    const target = i === 0 ? sum : part;
    kernels().matmul(g.subarray(i * block, (i + 1) * block), columns, target, size);
    if (i > 0) for (let j = 0; j < sum.length; j++) sum[j] = (sum[j] as number) + (part[j] as number);
  });
  if (part !== sum) releaseValues(part);
  return sum;
}
