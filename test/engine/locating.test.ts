/** The line of a backward pass that makes its gradients wrong, by what its steps do alone: no change of the text is tried. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "mocha";
import { checkGradients } from "../../engine/check";
import { directionOf } from "../../engine/check/blame/locate/adjoints";
import { EXACT, isNear, judgeSums } from "../../engine/check/blame/locate/classes";
import { changeOf, joined, slopeOf } from "../../engine/check/blame/locate/experiment";
import { siteOfSuspect } from "../../engine/check/blame/locate/site";
import { lengthOf, Span } from "../../engine/check/blame/locate/span";
import { resetSites } from "../../engine/core/sites";
import { record, Tape } from "../../engine/core/tape";
import type { Site } from "../../engine/report/report";
import { ModelSources } from "../../engine/runner/model-sources";
import { runtime } from "../../engine/runner/runtime";
import type { Run } from "../../engine/tracing/run";
import { readPlanted } from "../suite/planted";

/** Mistakes of the planted ones that a few steps tell apart from the rest, by file. */
const mistakes: Readonly<Record<string, readonly string[]>> = {
  "bidirectional.ts": ["da += ds * (prev + x[t]);", "dx[t] += ds * a;", "ds = ds + c;"],
  "cholesky-solve.ts": ["dy[j] = -ds * L[i][j];"],
  "gru-scalar.ts": ["this.duz = daz * h;", "const dar = dr * (1 - r);"],
  "helper-scalars.ts": ["dw.push(dp * x[i]);", "dx.push(dz * x[i]);", "return sign * (a + b);"],
  "highway.ts": ["const dt = g[i] * (prev[i] - h[i]);", "dbt[l] += dt;", "dwt[l] = dz * prev[i];"],
  "kernel-regression.js": ["dx[i] = du;", "const du = (dlog * u) / (h * h);"],
  "logistic-map.js": ["db += g * Math.cos(v);", "g *= linear - wave;", "g += linear + wave;"],
  "lstm-peephole.ts": ["dp[6] += dpo * c;", "dp[2] = dpf * x;", "dp[4] += dz * z;"],
  "maxpool-dense.js": ["dw.push(-ds * m[c] ** 2);", "const dm = 2 * ds * w[c];", "dw.push(ds * m[c]);"],
  "mixture-density.ts": [
    "dLogits[k] += (grad * pi[k]) / N + r;",
    "dLogSigma[k] += r * (1 - diff);",
    "dMu[k] -= r * diff;",
  ],
  "mlp-while.js": ["dx[j] += da[h] * W1[h][j];", "da[c] = dy[r] * W2[r][c];", "dW2[r].push(dy[r] * z[c]);"],
  "neural-ode-rk4.js": ["dh += dz4;", "dh += b * dz1;", "db = dz1 + dz2 + dz3 + dz4;"],
  "pendulum.js": [
    "this.dc -= th * dacc;",
    "dth -= this.k * Math.sin(th) * dacc;",
    "this.dk -= Math.cos(th) * dacc;",
  ],
  "polynomial.ts": ["dx.push(sum * v);", "sum += g * steps[i][n - 1 - k];", "g *= v * v;"],
  "quaternion.ts": [
    "dq.push(tangent * len);",
    "for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) dv[j] += R[j][i] * g[i];",
    "let dw = 2 * (-z * dR[0][1] + y * dR[0][2] + z * dR[1][0] - x * dR[1][2] + y * dR[2][0] + x * dR[2][1]);",
  ],
  "rmsnorm-rope.ts": [
    "const a = dy[i] * g[i];",
    "dy[i] = grad[i] * c + grad[i] * s;",
    "dot += dy[i] * x[i];",
  ],
  "rnn-scalars.ts": ["du += dz * hs[t + 1];", "dw = dz * xs[t];", "dxs[t] = dz * u;"],
  "tree-lstm.ts": [
    "const dfl = dc * right[i];",
    "dr.push(dc * fr - zr * w[1] + du * w[3]);",
    "dw[1] += zr * left[i];",
  ],
};

/** Runs a model file in this process, from whose text nothing can be repaired. */
function runOf(file: string, text: string): Run {
  const sources = new ModelSources();
  const { code, runtime: name } = sources.compile(file, text);
  const tape = new Tape();
  resetSites();
  record(tape, () => new Function(name, code.replaceAll(/\bexport (?=function|class|const)/g, ""))(runtime));
  return {
    tape,
    loss: null,
    gradients: null,
    sources: {
      site: (id) => sources.site(id),
      binding: (id) => sources.binding(id),
      handWritten: () => sources.handWritten(),
    },
    file,
    device: { requested: "cpu", used: "cpu", reason: "asked for" },
    dtype: "float32",
    durationMs: 1,
    failure: null,
  };
}

describe("the line of a wrong backward pass, by its steps", () => {
  const all = readPlanted(join(process.cwd(), "test/fixtures/hand-written/planted"));
  for (const [name, wrong] of Object.entries(mistakes)) {
    for (const each of wrong) {
      it(`is ${each} of ${name}`, async () => {
        const planted = all.find((one) => one.name.startsWith(`${name}:`) && one.name.endsWith(`: ${each}`));
        assert.ok(planted);
        const { file, text, line } = planted;
        const checks = await checkGradients(runOf(file, text), { kind: "all" }, { clock: () => 0 });
        const failing = checks.filter(({ outcome }) => outcome === "fail");
        assert.deepEqual([...new Set(failing.map(({ culprit }) => culprit?.site?.line))], [line]);
      });
    }
  }
});

describe("what vectors span", () => {
  it("grows by what none of them has, and says what is left of another", () => {
    const span = new Span();
    assert.equal(span.outside(Float64Array.of(0, 0)), 0);
    assert.equal(span.outside(Float64Array.of(3, 4)), 1);
    for (const column of [
      [0, 0, 0],
      [2, 0, 0],
      [-5, 0, 0],
      [1, 3, 0],
    ])
      span.add(Float64Array.from(column));
    assert.equal(span.rank, 2);
    assert.ok(span.outside(Float64Array.of(7, -2, 0)) < 1e-12);
    assert.ok(Math.abs(span.outside(Float64Array.of(9, 3, 4)) - 4 / Math.sqrt(106)) < 1e-12);
    assert.equal(lengthOf(Float64Array.of(3, 4)), 5);
  });
});

describe("the place of a suspect", () => {
  const at = (line: number, column: number, endColumn: number, endLine = line, file = "a.js"): Site => {
    return { file, line, column, endLine, endColumn };
  };
  const place = (site: Site, byText: Site | null, ...others: Site[]) =>
    siteOfSuspect({ site, others }, byText);

  it("is the part of it that the text points to", () => {
    const whole = at(3, 5, 20);
    for (const part of [at(3, 5, 20), at(3, 5, 9), at(3, 12, 20)]) assert.equal(place(whole, part), part);
    for (const wider of [at(3, 4, 9), at(3, 12, 21), null]) assert.equal(place(whole, wider), whole);
    const long = at(3, 5, 20, 4);
    assert.equal(place(long, at(3, 6, 9)), long);
  });

  it("is that of the text only among those that may be meant, in one line", () => {
    const [site, other] = [at(3, 5, 20), at(7, 1, 9)];
    assert.equal(place(site, at(7, 2, 4)), site);
    assert.deepEqual(place(site, at(7, 2, 4), other), at(7, 2, 4));
    assert.equal(place(site, at(8, 2, 4), other), site);
    assert.equal(place(site, at(7, 2, 4, 7, "b.js"), other), site);
    assert.equal(place(site, at(7, 2, 4, 8), other), site);
  });
});

describe("how numbers depend on one", () => {
  it("is a slope to both sides, or a change to one, relative to its size", () => {
    const asked: number[] = [];
    const at = (by: number) => {
      asked.push(by);
      return Float64Array.of(5 + 2 * by, 7 - 3 * by);
    };
    const near = (found: Float64Array | null) => found && Array.from(found, (v) => Number(v.toFixed(4)));
    assert.deepEqual(near(slopeOf(10, at)), [2, -3]);
    assert.deepEqual(near(slopeOf(0, at)), [2, -3]);
    assert.deepEqual(near(changeOf(Float64Array.of(5, 7), 10, at)), [2, -3]);
    assert.deepEqual(near(changeOf(Float64Array.of(5, 7), 0, at)), [2, -3]);
    const expected = [1e-2, -1e-2, 1e-3, -1e-3, 1e-4, 1e-5];
    assert.ok(
      asked.length === 6 && asked.every((by, i) => Math.abs(by / (expected[i] as number) - 1) < 1e-9),
    );
  });

  it("is nothing that has other numbers, or is not finite", () => {
    const longer = (by: number) => new Float64Array(by > 0 ? 2 : 1);
    const endless = (by: number) => Float64Array.of(1, by > 0 ? Infinity : 0);
    assert.deepEqual([slopeOf(1, longer), slopeOf(1, endless)], [null, null]);
    assert.deepEqual(
      [changeOf(Float64Array.of(0), 1, longer), changeOf(Float64Array.of(1, 0), 1, endless)],
      [null, null],
    );
    assert.deepEqual([...joined([Float64Array.of(1, 2), new Float64Array(), Float64Array.of(3)])], [1, 2, 3]);
  });

  it("has a direction, whose largest number is positive", () => {
    const { unit, by } = directionOf(Float64Array.of(3, -4));
    assert.deepEqual([[...unit], by], [[-0.6, 0.8], -5]);
    assert.equal(directionOf(Float64Array.of(4, -3)).by, 5);
    // Of two that are equal up to rounding the first counts.
    assert.ok(
      directionOf(Float64Array.of(1, -1.0005)).by > 0 && directionOf(Float64Array.of(1, -1.1)).by < 0,
    );
    assert.equal(directionOf(Float64Array.of(0, 0)).by, 0);
  });
});

describe("what the steps of a backward pass give for one number", () => {
  it("is near another by a share of its size, or both are rounding", () => {
    const near: readonly (readonly [number, number])[] = [
      [1000, 1000.9],
      [-1000, -999.1],
      [0, 1e-10],
      [1e-9, 1.9e-9],
    ];
    const apart: readonly (readonly [number, number])[] = [
      [1000, 1001.1],
      [0, 1e-8],
      [1, -1],
      [1e-6, 1.003e-6],
    ];
    assert.deepEqual(
      [near.every(([a, b]) => isNear(a, b)), apart.some(([a, b]) => isNear(a, b))],
      [true, false],
    );
    assert.deepEqual([isNear(1, 1.00001, EXACT), isNear(1, 1.0001, EXACT)], [true, false]);
  });

  const instance = { place: "", nth: 0, calls: [], values: Float64Array.of() };
  const truth = { place: "p", order: 0, by: 2, total: 6, parts: [1, 5, 6], stretches: [4] };
  /** The verdicts of steps that give these numbers, in turn. */
  const judged = (given: Readonly<Record<string, readonly number[]>>, truths = [truth], by = 2) => {
    let order = 0;
    const members = Object.entries(given).flatMap(([place, values]) => {
      const step = { place, calls: [], numbers: [], isGradient: true };
      return values.map((value) => ({ step, instance, order: order++, value, by }));
    });
    const sums = judgeSums(truths, members);
    return Object.fromEntries(sums.map(({ step, verdict }) => [step.place, verdict]));
  };

  it("is right as a whole, in its parts, or in what adds up", () => {
    for (const values of [[6], [1, 5], [2, 2, 2], [3, 6], [8, -2]])
      assert.deepEqual(judged({ a: values }), { a: "right" }, values.join());
    assert.deepEqual(judged({ a: [1], b: [5] }), { a: "right", b: "right" });
    // Whatever it was before, the last ones make it whole.
    assert.deepEqual(judged({ a: [7], b: [6] }), { a: "right", b: "right" });
  });

  it("is wrong by itself, or short of something together", () => {
    assert.deepEqual(judged({ a: [7] }), { a: "wrong" });
    assert.deepEqual(judged({ a: [1], b: [7] }), { a: "right", b: "wrong" });
    assert.deepEqual(judged({ a: [1] }), { a: "short" });
    assert.deepEqual(judged({ a: [4] }), { a: "short" });
    assert.deepEqual(judged({ a: [0] }), { a: "right" });
    assert.deepEqual(judged({ a: [1], b: [1] }), { a: "short", b: "short" });
    const [sum] = judgeSums(
      [truth],
      [
        {
          step: { place: "a", calls: [], numbers: [], isGradient: true },
          instance,
          order: 4,
          value: 1,
          by: 2,
        },
        {
          step: { place: "a", calls: [], numbers: [], isGradient: true },
          instance,
          order: 9,
          value: 5,
          by: 3,
        },
      ],
    );
    assert.deepEqual([sum?.plain, sum?.scaled, sum?.first, sum?.last, sum?.gaps], [1, 2, 4, 4, [5, 5]]);
  });

  it("is the same under a scale that something later gives it", () => {
    // Three times as much later, of which the step itself knows nothing.
    assert.deepEqual(judged({ a: [6] }, [truth], 6), { a: "right" });
    assert.deepEqual(judged({ a: [2] }, [truth], 6), { a: "right" });
    assert.deepEqual(judged({ a: [3] }, [truth], 6), { a: "wrong" });
  });
});
