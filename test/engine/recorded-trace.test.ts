// Traces cross borders and lie on disks as bytes: what is read from them, without any engine, is what the engine said.
import assert from "node:assert/strict";
import { before, describe, it } from "mocha";
import { RandomGenerator } from "../../engine/core/random";
import { diagnose } from "../../engine/diagnose";
import * as g from "../../engine/index";
import { encodeTrace } from "../../engine/report/codec";
import { openBytes, readTrace } from "../../engine/report/open-bytes";
import { openTrace } from "../../engine/report/open-trace";
import type { Report } from "../../engine/report/report";
import { encodeSaved, openSaved } from "../../engine/report/saved-trace";
import { stepsOf } from "../../engine/report/steps";
import { recordTrace } from "../../engine/tracing/record-trace";
import { finish, type Recorded } from "../../engine/tracing/recorded";
import { damage } from "./damage";
import { lineSite, onLine, sampleRun } from "./sample-run";

/** A network that has findings, layers in layers, a shared tensor, a detached one, a loop and numbers that are not finite. */
function record(): Recorded {
  return recordTrace(
    sampleRun((pen) => {
      g.manualSeed(3);
      class Net extends g.nn.Module {
        layers = Array.from({ length: 10 }, (_, i) => onLine(20 + i, () => new g.nn.Linear(8, 8)));
        forward(x: g.Tensor) {
          return this.layers.reduce(
            (h, layer) =>
              pen.name(
                "h",
                onLine(7, () => g.sigmoid(layer.forward(h))),
              ),
            x,
          );
        }
      }
      const net = pen.name(
        "net",
        onLine(10, () => new Net()),
      );
      const x = pen.name("x", g.randn([4, 8]));
      const out = pen.name("out", net.forward(x));
      const scaled = g.mul(out, g.add(out, out.detach()));
      const strange = pen.name("strange", g.tensor([Number.NaN, Infinity, -0]));
      onLine(30, () => g.mul(strange, 2));
      return onLine(31, () => g.mean(scaled));
    }),
  );
}

/** Everything that a report says, as plain data. */
function said(report: Report) {
  const nodes = report.nodes.map((node) => {
    const { id, kind, op, name, scope, inputs, shape, dtype, site, label, formula, role } = node;
    const { requiresGrad, value, grad, gain } = node;
    return {
      id,
      kind,
      op,
      name,
      scope,
      inputs,
      shape,
      dtype,
      site,
      label,
      formula,
      role,
      requiresGrad,
      value,
      grad,
      gain,
    };
  });
  const { bytes: _, ...rest } = { bytes: null, ...report };
  return { ...rest, nodes };
}

describe("a recorded trace", () => {
  let recorded: Recorded;
  let bytes: Uint8Array;
  before(() => {
    recorded = record();
    bytes = encodeTrace(recorded.trace);
  });
  const elements = (node: number, of: "value" | "grad") =>
    (of === "value" ? recorded.tensors[node] : recorded.gradOf(node))?.data ?? null;

  const facts = { checks: [], findings: [], savedAt: 0, sources: {} };

  it("gives the names, layers and gains that the run had", () => {
    const opened = openBytes(bytes);
    assert.deepEqual(said(opened), said(recorded.report));
    const names = opened.parameters.map(({ name }) => name);
    assert.equal(names[0], "net.layers.0.weight");
    assert.equal(names.length, 20);
    assert.equal(opened.scopes[1]?.path, "net");
    assert.deepEqual(opened.scopes[2]?.site, lineSite(20));
    assert.ok(opened.nodes.some(({ gain }) => gain !== null && gain < 0.25));
    assert.ok(opened.nodes.some(({ op }) => op === "detach"));
  });

  it("gives the findings that the run had, from saved values", () => {
    const saved = openSaved(
      encodeSaved({ trace: bytes, ...facts, nodes: recorded.tensors.length, elements }),
    );
    assert.equal(saved.leftOut, 0);
    const trace = readTrace(saved.report.bytes);
    const own = { trace, values: saved.elements, experiments: null, precision: null, rewrite: null };
    const found = finish(diagnose(Object.assign(openTrace(trace), own)));
    assert.deepEqual(found, recorded.report.findings);
    assert.deepEqual(
      found.map(({ rule }) => rule),
      ["vanishing-gradient"],
    );
    const node = recorded.report.nodes.find(({ name }) => name === "strange")?.id ?? -1;
    assert.deepEqual([...(saved.elements(node, "value") ?? [])], [Number.NaN, Infinity, -0]);
  });

  it("tells what each operation hands back, which adds up to what arrives", () => {
    const trace = readTrace(bytes);
    const steps = stepsOf(trace);
    const { nodes } = openTrace(trace);
    assert.deepEqual(
      steps.backward.toSorted((a, b) => b - a),
      steps.backward,
    );
    for (const { id, grad, inputs, gain } of nodes) {
      const handed = steps.of(id);
      assert.equal(handed.length, inputs.length);
      if (gain === null) continue;
      const total = Math.hypot(...handed.map(({ norm }) => norm ?? 0));
      assert.ok(Math.abs(total - gain * (grad?.norm ?? 0)) <= 1e-12 * total);
    }
    const shares = new Map<number, number>();
    for (const { input, share } of steps.forward.flatMap((id) => steps.of(id)))
      if (share !== null) shares.set(input, (shares.get(input) ?? 0) + share);
    for (const share of shares.values()) assert.ok(Math.abs(share - 1) < 1e-12 || share === 0);
  });

  it("is opened from a Buffer of Node as plain bytes, which panels take", () => {
    const whole = encodeSaved({ trace: bytes, ...facts, nodes: recorded.tensors.length, elements });
    assert.equal(openSaved(Buffer.from(whole)).report.bytes.constructor, Uint8Array);
    assert.deepEqual(openSaved(Buffer.from([0, ...whole]).subarray(1)).report.bytes, bytes);
  });

  it("that has no room for values says how many are left out", () => {
    const nodes = recorded.tensors.length;
    const saved = openSaved(encodeSaved({ trace: bytes, ...facts, nodes, elements }, 300));
    assert.ok(saved.leftOut > 0);
    const left = recorded.tensors.filter((_, id) => saved.elements(id, "value") === null);
    assert.ok(left.length > 0 && left.length < nodes);
  });

  it("that is damaged ends in one message, in whatever place", () => {
    const whole = encodeSaved({ trace: bytes, ...facts, nodes: recorded.tensors.length, elements });
    let failed = 0;
    for (let seed = 0; seed < 200; seed++) {
      const spoilt = damage(Buffer.from(whole), new RandomGenerator(seed));
      if (Buffer.from(spoilt).equals(Buffer.from(whole))) continue;
      assert.throws(
        () => openSaved(spoilt),
        (error: Error) => {
          assert.match(error.message, /^This (trace|is no trace)[^\n]{5,200}\.$/);
          return true;
        },
      );
      failed += 1;
    }
    assert.ok(failed > 150);
  });

  it("that is damaged without its checksum noticing is refused, or has all that it speaks of", () => {
    for (let seed = 0; seed < 400; seed++) {
      let report: Report;
      try {
        report = openBytes(damage(Buffer.from(bytes), new RandomGenerator(seed)));
      } catch (error) {
        assert.ok(error instanceof Error && error.message.length < 300, String(error));
        continue;
      }
      assert.equal(typeof JSON.stringify(said(report)), "string");
    }
  });
});
