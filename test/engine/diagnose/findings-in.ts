/** What the diagnosis finds in a model of a test, and that a factor in the loss does not change it. */
import assert from "node:assert/strict";
import * as g from "../../../engine/index";
import type { Finding } from "../../../engine/report/report";
import { recordTrace } from "../../../engine/tracing/record-trace";
import { type Pen, sampleRun } from "../sample-run";

export function findingsIn(model: (pen: Pen) => g.Tensor): readonly Finding[] {
  return recordTrace(sampleRun(model)).report.findings;
}

/** Findings of one rule, the same whether the loss is multiplied by a million, by a millionth, or by nothing. */
export function foundAtAnyScale(rule: string, model: (pen: Pen) => g.Tensor): readonly Finding[] {
  const of = (factor: number) =>
    findingsIn((pen) => (factor === 1 ? model(pen) : g.mul(model(pen), factor))).filter(
      (each) => each.rule === rule,
    );
  const found = of(1);
  const places = (all: readonly Finding[]) => all.map(({ site }) => site?.line);
  for (const factor of [1e6, 1e-6])
    assert.deepEqual(places(of(factor)), places(found), `${rule} in a loss times ${factor}`);
  return found;
}

/** All findings, the same whether the loss is multiplied by a million, by a millionth, or by nothing. */
export function findingsAtAnyScale(model: (pen: Pen) => g.Tensor): readonly Finding[] {
  const found = (scale: number) => findingsIn((pen) => g.mul(model(pen), scale));
  const plain = found(1);
  const brief = (all: readonly Finding[]) => all.map(({ rule, site }) => `${rule} ${site?.line}`);
  for (const scale of [1e-6, 1e6]) assert.deepEqual(brief(found(scale)), brief(plain));
  return plain;
}

/** The only finding of a model. */
export function singleFinding(model: (pen: Pen) => g.Tensor): Finding {
  const [first, ...others] = findingsAtAnyScale(model);
  assert.deepEqual(
    others.map(({ rule }) => rule),
    [],
  );
  assert.ok(first !== undefined);
  return first;
}
