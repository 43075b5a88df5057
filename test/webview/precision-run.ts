// A real model whose gradients are known: deep sigmoids on the digits, as a panel gets it, with its dry run in each format.
import * as g from "../../engine/index";
import { dryRun } from "../../engine/precision/dry-run";
import { encodeTrace } from "../../engine/report/codec";
import { type OpenReport, openBytes } from "../../engine/report/open-bytes";
import { type Precision, type PrecisionReport, precisions } from "../../engine/report/precision";
import { recordTrace } from "../../engine/tracing/record-trace";
import { onLine, type Pen, sampleRun } from "../engine/sample-run";

export interface PrecisionRun {
  readonly report: OpenReport;
  readonly answers: Readonly<Record<Precision, PrecisionReport>>;
}

/** Eight layers made on lines 10, 11, …; the model itself on line 9. @param scale of the loss */
export function precisionRun(scale = 1): PrecisionRun {
  const { trace, report, gradOf } = recordTrace(sampleRun(model(scale)));
  const values = (node: number) => gradOf(node)?.data ?? null;
  const answers = Object.fromEntries(
    Object.keys(precisions).map((name) => [name, dryRun(report, values, name as Precision)]),
  );
  return { report: openBytes(encodeTrace(trace)), answers: answers as Record<Precision, PrecisionReport> };
}

const DEPTH = 8;

const model =
  (scale: number) =>
  ({ name }: Pen) => {
    g.manualSeed(0);
    const { images, labels } = g.data.digits({ count: 32 });
    class Net extends g.nn.Module {
      layers = Array.from({ length: DEPTH }, (_, i) =>
        onLine(10 + i, () => new g.nn.Linear(i === 0 ? 64 : 24, i === DEPTH - 1 ? 10 : 24)),
      );
      forward(x: g.Tensor) {
        return this.layers.reduce((h, layer, i) => {
          const out = layer.forward(h);
          return i === DEPTH - 1 ? out : onLine(7, () => g.sigmoid(out));
        }, x);
      }
    }
    const net = onLine(9, () => name("net", new Net()));
    return g.mul(g.crossEntropy(net.forward(images), labels), scale);
  };
