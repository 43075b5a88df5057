// A recurrence of numbers that runs as often as asked: three operations a turn, on one of ten weights each.
import { add, mul, parameter, tanh } from "../../engine/index";
import type { Report } from "../../engine/report/report";
import { recordTrace } from "../../engine/tracing/record-trace";
import { onLine, sampleRun } from "./sample-run";

export function longLoop(turns: number): Report {
  const run = sampleRun(() => {
    const weights = Array.from({ length: 10 }, (_, i) => parameter(0.1 * i));
    const weight = (i: number) => weights[i % 10] as (typeof weights)[number];
    let x = weight(0);
    for (let i = 0; i < turns; i++) {
      const product = onLine(1, () => mul(x, weight(i)));
      const sum = onLine(2, () => add(product, weight(7 * i)));
      x = onLine(3, () => tanh(sum));
    }
    return x;
  });
  const { report } = recordTrace(run);
  run.tape.drop();
  return report;
}
