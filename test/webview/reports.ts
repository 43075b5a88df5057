// Reports as the engine writes them, made up for tests and previews of the panels.

import { giveVerdict, type Undecided } from "../../engine/check/judging/verdict";
import { said } from "../../engine/diagnose/said";
import type {
  Check,
  Finding,
  NodeKind,
  Report,
  ReportNode,
  ReportScope,
  Site,
  Stats,
} from "../../engine/report/report";

export function site(line: number, column = 3, file = "/models/net.ts"): Site {
  return { file, line, column, endLine: line, endColumn: column + 8 };
}

/** Statistics of a tensor of `size` elements with a norm. */
export function statsOf(size: number, norm: number, item?: number): Stats {
  const spread = norm / Math.sqrt(size);
  return {
    size,
    min: item ?? -2.5 * spread,
    max: item ?? 2.5 * spread,
    mean: item ?? spread / 9,
    std: size === 1 ? 0 : spread,
    norm,
    zeros: norm === 0 ? size : 0,
    nonFinite: 0,
    ...(item === undefined ? {} : { item }),
  };
}

type Draft = Partial<ReportNode> & { readonly op: string };

/** Collects nodes and scopes; ids count up by themselves. */
export class ReportBuilder {
  readonly nodes: ReportNode[] = [];
  readonly scopes: ReportScope[] = [
    { path: "", type: "", parent: null, site: null, gradNorm: null, parameters: 0 },
  ];

  node(draft: Draft): number {
    const id = this.nodes.length;
    const kind: NodeKind = draft.kind ?? (draft.inputs?.length ? "operation" : "input");
    const shape = draft.shape ?? [];
    const size = shape.reduce((product, each) => product * each, 1);
    this.nodes.push({
      id,
      kind,
      name: null,
      scope: 0,
      inputs: [],
      shape,
      dtype: "float32",
      site: site(id + 1),
      label: "",
      formula: "",
      role: "",
      requiresGrad: true,
      value: statsOf(size, Math.sqrt(size), size === 1 ? 1 : undefined),
      grad: null,
      gain: null,
      ...draft,
    });
    return id;
  }

  scope(path: string, type: string, parent = 0, gradNorm: number | null = null, parameters = 2): number {
    this.scopes.push({ path, type, parent, site: site(4), gradNorm, parameters });
    return this.scopes.length - 1;
  }

  build(findings: readonly Finding[] = []): Report {
    const last = this.nodes.at(-1);
    return {
      version: 1,
      run: "1",
      language: "typescript",
      file: "/models/net.ts",
      device: { requested: "auto", used: "cpu", reason: "small model" },
      dtype: "float32",
      durationMs: 18.4,
      loss: last ? { value: last.value.item ?? 2.31, node: last.id, site: last.site } : null,
      nodes: this.nodes,
      parameters: this.nodes
        .filter(({ kind }) => kind === "parameter")
        .map(({ id, name, scope, shape, grad }) => ({
          name: name ?? "",
          node: id,
          scope,
          shape,
          gradNorm: grad?.norm ?? null,
        })),
      findings,
      measures: [],
      scopes: this.scopes,
      bindings: [],
      omitted: 0,
      failure: null,
    };
  }
}

/** (x + y) z at −2, 5, −4. */
export function sumTimes(): Report {
  const b = new ReportBuilder();
  const scalar = (value: number, grad: number) => ({
    value: statsOf(1, Math.abs(value), value),
    grad: statsOf(1, Math.abs(grad), grad),
  });
  const x = b.node({ op: "parameter", kind: "parameter", name: "x", ...scalar(-2, -4) });
  const y = b.node({ op: "parameter", kind: "parameter", name: "y", ...scalar(5, -4) });
  const z = b.node({ op: "parameter", kind: "parameter", name: "z", ...scalar(-4, 3) });
  const formula = "\\bar{x} = \\bar{o} \\qquad \\bar{y} = \\bar{o}";
  const q = b.node({
    op: "add",
    name: "q",
    label: "x + y",
    formula,
    role: "distributes",
    gain: Math.SQRT2,
    inputs: [x, y],
    ...scalar(3, -4),
  });
  b.node({
    op: "mul",
    name: "f",
    label: "x · y",
    formula: "\\bar{x} = \\bar{o} \\, y \\qquad \\bar{y} = \\bar{o} \\, x",
    role: "switches",
    gain: 5,
    inputs: [q, z],
    ...scalar(-12, 1),
  });
  return b.build();
}

/** `layers` sigmoid layers whose gradients vanish towards the first, and a loss. */
export function deepSigmoid(layers = 12): Report {
  const b = new ReportBuilder();
  const grad = (size: number, depth: number) => statsOf(size, 0.8 * 5 ** -(layers - depth));
  const net = b.scope("net", "Net", 0, 0.8, 2 * layers);
  let h = b.node({ op: "constant", kind: "constant", name: "images", shape: [64, 64], requiresGrad: false });
  const labels = b.node({
    op: "constant",
    kind: "constant",
    name: "labels",
    shape: [64],
    dtype: "int32",
    requiresGrad: false,
  });
  for (let depth = 1; depth <= layers; depth += 1) {
    const path = `net.fc${depth}`;
    const scope = b.scope(path, "Linear", net, 0.8 * 5 ** -(layers - depth));
    const inputs = depth === 1 ? 64 : 32;
    const weight = b.node({
      op: "parameter",
      kind: "parameter",
      name: `${path}.weight`,
      scope,
      shape: [32, inputs],
      grad: grad(32 * inputs, depth),
    });
    const bias = b.node({
      op: "parameter",
      kind: "parameter",
      name: `${path}.bias`,
      scope,
      shape: [32],
      grad: depth === 2 ? statsOf(32, 0) : grad(32, depth),
    });
    const turned = b.node({
      op: "transpose",
      scope,
      inputs: [weight],
      shape: [inputs, 32],
      role: "moves",
      grad: grad(32 * inputs, depth),
      gain: 1,
    });
    const product = b.node({
      op: "matmul",
      scope,
      inputs: [h, turned],
      shape: [64, 32],
      role: "contracts",
      label: "x @ y",
      formula: "\\bar{x} = \\bar{o} \\, y^\\top \\qquad \\bar{y} = x^\\top \\bar{o}",
      grad: grad(2048, depth),
      gain: 0.4,
    });
    const sum = b.node({
      op: "add",
      scope,
      inputs: [product, bias],
      shape: [64, 32],
      role: "distributes",
      label: "x + y",
      grad: grad(2048, depth),
      gain: 1.1,
    });
    h = b.node({
      op: "sigmoid",
      name: `h${depth}`,
      scope: net,
      inputs: [sum],
      shape: [64, 32],
      role: "scales",
      label: "σ(x)",
      formula: "\\bar{x} = \\bar{o} \\, o (1 - o)",
      grad: grad(2048, depth + 0.5),
      gain: 0.22,
    });
  }
  b.node({
    op: "crossEntropy",
    inputs: [h, labels],
    name: "loss",
    role: "compares",
    grad: statsOf(1, 1, 1),
    value: statsOf(1, 2.31, 2.31),
    gain: 0.12,
  });
  return b.build([vanishing(b.nodes.findIndex(({ name }) => name === "h4"))]);
}

export function vanishing(node: number): Finding {
  return {
    rule: "vanishing-gradient",
    title: "Vanishing gradient",
    page: {
      meaning: "The gradient is multiplied at every layer.",
      harm: "The first layers hardly change.",
      cure: "Use relu.",
      source: "Hochreiter (1991)",
    },
    severity: "warning",
    ...said(
      "The gradient vanishes: net.fc1.weight gets 1.6e-8, net.fc12.weight 0.8.",
      "The first layers learn nothing.",
    ),
    site: site(8),
    node,
    evidence: {
      firstLayer: "net.fc1",
      firstGradient: 1.6e-8,
      lastLayer: "net.fc12",
      lastGradient: 0.8,
      ratio: 2e-8,
      measure: "rms",
      limit: 3e-7,
      layers: 12,
    },
    related: [{ site: site(21), message: "sigmoid multiplies the gradient by 0.25 at most, here by 0.22" }],
    fixes: [
      {
        title: "Use relu instead of sigmoid",
        detail: "The slope of relu is 1 where it is active, so gradients keep their size.",
        edits: [{ site: site(8), newText: "relu" }],
      },
      {
        title: "Add batch normalisation",
        detail: "It keeps the inputs of each sigmoid near 0, where its slope is largest.",
      },
    ],
  };
}

/** A random graph of `count` operations: mostly a chain, with skips, branches and a shared parameter. */
export function randomReport(count: number, seed = 1): Report {
  const b = new ReportBuilder();
  let state = seed;
  const random = () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
  const shared = b.node({
    op: "parameter",
    kind: "parameter",
    name: "shared",
    shape: [8, 8],
    grad: statsOf(64, 2),
  });
  let last = shared;
  for (let i = 0; i < count; i += 1) {
    const near = Math.max(0, last - Math.floor(random() ** 3 * 30));
    const other = random() < 0.1 ? shared : near;
    const norm = 10 ** (-6 * random());
    last = b.node({
      op: random() < 0.5 ? "add" : "tanh",
      inputs: random() < 0.5 ? [last] : [last, other],
      shape: [8, 8],
      grad: statsOf(64, norm),
      gain: 1,
    });
  }
  return b.build();
}

export function someChecks(): Check[] {
  return undecidedChecks().map(giveVerdict);
}

function undecidedChecks(): Undecided[] {
  const base = { site: site(5), step: 1e-5, durationMs: 12, method: "every-element" as const, culprit: null };
  return [
    {
      ...base,
      target: "net.fc1",
      parameter: "weight",
      verdict: "ok",
      message: "All elements agree.",
      elements: 2048,
      checked: 2048,
      worst: { index: [3, 17], analytic: 0.0123456, numeric: 0.0123457, absError: 1e-10, relError: 8.1e-9 },
    },
    {
      ...base,
      target: "net.fc1",
      parameter: "bias",
      verdict: "ok",
      message: "All elements agree.",
      elements: 32,
      checked: 32,
      worst: { index: [4], analytic: 0.5, numeric: 0.5, absError: 2e-11, relError: 4e-11 },
    },
    {
      ...base,
      target: "net.fc2",
      parameter: "weight",
      verdict: "wrong-derivative",
      message: "The derivative of swish is wrong: the hand-written backward gives 0.41, the slope is 0.82.",
      elements: 320,
      checked: 320,
      worst: { index: [9, 31], analytic: 0.41, numeric: 0.82, absError: 0.41, relError: 0.5 },
      culprit: { op: "swish", site: site(31) },
    },
    {
      ...base,
      target: "net.fc2",
      parameter: "bias",
      verdict: "kink",
      message: "Element 2 sits at the kink of relu; its slope is not defined there.",
      elements: 10,
      checked: 9,
      worst: null,
    },
    {
      ...base,
      target: "net.fc3",
      parameter: "weight",
      verdict: "noise-floor",
      message: "The differences are as small as rounding errors.",
      elements: 120000,
      checked: 64,
      method: "random-directions",
      worst: { index: [0, 0], analytic: 1e-14, numeric: 3e-14, absError: 2e-14, relError: 0.66 },
    },
    {
      ...base,
      target: "reverse",
      parameter: "v",
      verdict: "intended",
      message:
        "Intended, as the comment in line 12 says. The backward pass of reverse is -0.5 times the right value.",
      elements: 6,
      checked: 6,
      worst: { index: [0, 2], analytic: -0.25, numeric: 0.5, absError: 0.75, relError: 1.5 },
      culprit: { op: "reverse", site: site(12), pattern: "factor" },
      intents: [site(12)],
    },
    {
      ...base,
      target: "conv",
      parameter: "weight",
      verdict: "unfinished",
      message: "300 of 9,408 elements compared, no fault so far.",
      elements: 9408,
      checked: 300,
      worst: { index: [1, 4], analytic: 0.25, numeric: 0.2500000001, absError: 1e-10, relError: 4e-10 },
    },
    {
      ...base,
      target: "affine",
      parameter: "",
      verdict: "not-checked",
      message: "Nothing was compared: nothing called affine in this run.",
      elements: 0,
      checked: 0,
      worst: null,
    },
  ];
}
