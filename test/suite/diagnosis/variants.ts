/** The same models run in another way, in which the diagnosis should find the same. */
import type { TraceParams } from "../../../engine/report/questions";
import type { Engine } from "../../../engine/runner/client";
import { type Diagnosed, diagnoseModel } from "./diagnose-model";
import { lineOf } from "./score";

export interface Variant {
  readonly name: string;
  readonly changes: Partial<TraceParams>;
  /** The text to run; null: this model has no such variant. */
  readonly rewrite: (text: string) => string | null;
}

export interface Difference {
  readonly model: string;
  readonly before: string;
  readonly after: string;
}

/** The exported loss times a factor; what the model itself does with its loss stays as it is. */
export function timesFactor(factor: number): Variant {
  const rewrite = (text: string) => {
    if (!/^export function loss\(/m.test(text)) return null;
    const inside = text.replace(/^export function loss\(/m, "function loss(");
    const scaled = `(...given) => loss(...given).mul(${factor})`;
    return `${inside.trimEnd()}\nconst lossOfSuite = ${scaled};\nexport { lossOfSuite as loss };\n`;
  };
  return { name: `loss × ${factor.toExponential()}`, changes: {}, rewrite };
}

/** Another run of the same text. */
export function ranWith(name: string, changes: Partial<TraceParams>): Variant {
  return { name, changes, rewrite: (text) => text };
}

/** What is found in a variant and not in the model, or the other way round; null where that is nothing. */
export async function differenceIn(
  engine: Engine,
  before: Diagnosed,
  { changes, rewrite }: Variant,
): Promise<Difference | null> {
  const text = rewrite(before.model.text);
  if (text === null) return null;
  const after = await diagnoseModel(engine, before.model, { text, changes });
  const isScaled = text !== before.model.text;
  // A loss that trains the model itself, or gives no tensor, is no longer what it was when something stands around it.
  if (isScaled && after.failure !== null) return null;
  const [one, other] = [before, after].map((each) => showFindings(isScaled ? withoutRates(each) : each));
  return one === other ? null : { model: before.model.name, before: one ?? "", after: other ?? "" };
}

/** A learning rate is right for one scale of the loss only. */
function withoutRates(of: Diagnosed): Diagnosed {
  return { ...of, findings: of.findings.filter(({ rule }) => rule !== "learning-rate-edge") };
}

/** "vanishing-gradient@12 …", or why there is no report. */
export function showFindings(of: Diagnosed): string {
  const found = of.findings.map((each) => `${each.rule}@${lineOf(each, of) ?? "?"}`);
  return [...found, ...(of.failure ? [`failed: ${of.failure.slice(0, 100)}`] : [])].join(" ") || "–";
}
