/** The line of a backward pass that makes its gradients wrong, by what its steps do alone: no change of the text is tried. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "mocha";
import { checkGradients } from "../../engine/check";
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
