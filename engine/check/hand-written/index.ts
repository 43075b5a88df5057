/** Checks layers whose backward pass was written by hand, without a tape: differences of their own forward pass. */
import { now } from "../../clock";
import { RandomGenerator } from "../../random";
import type { MistakePattern, Site } from "../../report";
import { showShape } from "../../shape";
import { Tensor } from "../../tensor";
import { conclude, type Facts, where } from "../conclude";
import { compareElements } from "../elements";
import type { Tolerances } from "../judge";
import { noiseOf } from "../noise";
import type { Pace } from "../pace";
import { findPattern } from "../pattern";
import { inFloat64 } from "../replay";
import { type Evaluation, toDense } from "../variants";
import type { Undecided } from "../verdict";
import { gradientNames, type HandWritten } from "./layer";
import { copyOf, type Flat, flatten } from "./values";

export { type HandWritten, handWrittenClass, handWrittenPair } from "./layer";

/** One input or field, as the check walks over them. */
interface Part {
  readonly name: string;
  readonly flat: Flat;
  /** The gradient that the backward pass gave. */
  readonly gradient: Flat | null;
  /** Where the backward pass makes it. */
  readonly site: Site | null;
  losses(data: Float64Array): number;
}

/** A check per input and per field that has a gradient. */
export async function checkHandWritten(
  layer: HandWritten,
  tolerances: Tolerances,
  pace: Pace,
): Promise<Undecided[]> {
  const checks: Undecided[] = [];
  const { parts, deterministic } = inFloat64(() => partsOf(layer));
  for (const part of parts) {
    const start = now();
    const facts = deterministic
      ? await factsOf(layer, part, parts, tolerances, pace)
      : {
          verdict: "non-deterministic" as const,
          message:
            "forward gives different results for the same inputs, so differences say nothing. Is there something random in it?",
        };
    if (facts === null) break;
    checks.push({
      target: layer.name,
      parameter: part.name,
      site: layer.site,
      elements: part.flat.data.length,
      checked: 0,
      method: "every-element",
      worst: null,
      culprit: null,
      step: 0,
      ...facts,
      durationMs: now() - start,
    });
  }
  return checks;
}

function partsOf(layer: HandWritten): { parts: Part[]; deterministic: boolean } {
  const evaluate = layer.evaluator();
  const inputs = layer.inputs.map((input) => copyOf(input));
  const run = (changed: readonly unknown[], fields: ReadonlyMap<string, unknown>) =>
    flatten(evaluate(changed, fields))?.data ?? new Float64Array(0);
  const first = run(inputs, new Map());
  const again = run(inputs, new Map());
  const random = new RandomGenerator(first.length + 1);
  const weights = first.map(() => (random.uniform() < 0.5 ? -1 : 1) * (0.5 + random.uniform()));
  const found = layer.gradients((output) => flatten(output)?.rebuild(Float64Array.from(weights)));
  const scalar = (values: Float64Array) => values.reduce((sum, v, i) => sum + v * (weights[i] as number), 0);
  const ofInputs = inputs.flatMap((input, i): Part[] => {
    const flat = flatten(input);
    const { [i]: given } = found.inputs;
    if (flat === null || !flat.continuous || given === null || given === undefined) return [];
    const losses = (data: Float64Array) =>
      scalar(
        run(
          inputs.map((other, j) => (j === i ? flat.rebuild(data) : other)),
          new Map(),
        ),
      );
    const name = layer.inputNames[i] ?? `input ${i + 1}`;
    return [{ name, flat, gradient: flatten(given), site: layer.inputSites[i] ?? null, losses }];
  });
  const ofFields = [...layer.fields].flatMap(([name, value]): Part[] => {
    const flat = flatten(copyOf(value));
    if (flat === null || !found.fields.has(name)) return [];
    const losses = (data: Float64Array) => {
      const result = scalar(run(inputs, new Map([[name, flat.rebuild(data)]])));
      run(inputs, new Map([[name, flat.rebuild(flat.data)]]));
      return result;
    };
    const filled = gradientNames(name).find((each) => layer.fieldSites.has(each));
    const site = layer.fieldSites.get(filled ?? "") ?? null;
    return [{ name, flat, gradient: flatten(found.fields.get(name)), site, losses }];
  });
  return { parts: [...ofInputs, ...ofFields], deterministic: first.every((v, i) => Object.is(v, again[i])) };
}

async function factsOf(
  layer: HandWritten,
  part: Part,
  parts: readonly Part[],
  tolerances: Tolerances,
  pace: Pace,
): Promise<Facts | null> {
  const { flat, gradient } = part;
  const site = part.site ?? layer.backwardSite;
  const wrong = (sentence: string, pattern: MistakePattern): Facts => ({
    verdict: "wrong-derivative",
    culprit: { op: `${layer.name}.backward`, site, pattern },
    message: `The backward pass of ${layer.name}${where(site)} is wrong for ${part.name}: ${sentence}.`,
  });
  if (gradient === null) return wrong("what it returns is not made of numbers", "shape");
  if (gradient.data.length !== flat.data.length) {
    const found = showShape(gradient.shape);
    return wrong(`its gradient has shape ${found}, expected ${showShape(flat.shape)}`, "shape");
  }
  const evaluation = evaluationOf(part);
  const noise = await noiseOf(evaluation, pace);
  const compared = await compareElements(evaluation, gradient.data, noise, tolerances, pace);
  if (compared.checked === 0 && pace.isCancelled) return null;
  const facts = conclude(evaluation, gradient.data, compared, true);
  if (facts.verdict === "non-finite") {
    const message = `The backward pass of ${layer.name}${where(site)} is not comparable for ${part.name}: ${facts.message}`;
    return { ...facts, culprit: { op: `${layer.name}.backward`, site }, message };
  }
  if (facts.verdict !== "wrong-derivative") return facts;
  const bad = compared.refined.filter(({ outcome }) => outcome === "wrong").map(({ index }) => index);
  const others = parts.flatMap((other) => (other === part ? [] : [other.gradient?.data ?? []]));
  const pattern = findPattern(evaluation.x, gradient.data, compared.numeric, bad, others);
  const blamed = wrong(pattern.sentence, pattern.name);
  return { ...facts, ...blamed, message: `${blamed.message} ${facts.message}` };
}

function evaluationOf({ flat, losses }: Part): Evaluation {
  const x = new Tensor(flat.data, flat.shape, "float64");
  return {
    x,
    middle: inFloat64(() => losses(flat.data)),
    chunk: 1,
    costMs: 0,
    losses: (variants, count) =>
      inFloat64(() => {
        const { data } = toDense(variants, x, count);
        return Float64Array.from({ length: count }, (_, k) =>
          losses(Float64Array.from(data.subarray(k * x.size, (k + 1) * x.size))),
        );
      }),
  };
}
