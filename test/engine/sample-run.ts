/** Runs a model for tests as the engine process does: on a tape, with its loss differentiated. */

import { enter, leave, resetSites } from "../../engine/core/sites";
import { activeTape, record, Tape } from "../../engine/core/tape";
import { Tensor } from "../../engine/core/tensor";
import type { Site } from "../../engine/report/report";
import { backward, sweep } from "../../engine/sweeps/reverse";
import { bind } from "../../engine/tracing/binding";
import type { Run, SourceName } from "../../engine/tracing/run";

export const FILE = "/model.ts";

/** A place in an imaginary model file. */
export function lineSite(line: number): Site {
  return { file: FILE, line, column: 1, endLine: line, endColumn: 80 };
}

/** Runs `fn` as the call on the given line. */
export function onLine<T>(line: number, fn: () => T): T {
  const before = enter(line);
  return leave(before, fn());
}

/** What a model in a test may do besides computing. */
export interface Pen {
  /** Gives a value a name, as instrumented code does; names get the ids 1, 2, … in order. */
  name<T>(name: string, value: T, role?: string): T;
}

/** Records `model`, which returns the loss, and differentiates that; the line number is the id of a site. */
export function sampleRun(model: (pen: Pen) => Tensor, { differentiate = true } = {}): Run {
  const names: SourceName[] = [];
  const pen: Pen = {
    name(name, value, role = "declaration") {
      names.push({ name, role, site: lineSite(names.length + 1) });
      return bind(names.length, value);
    },
  };
  const tape = new Tape();
  resetSites();
  const loss = record(tape, () => model(pen));
  if (differentiate && loss.requiresGrad && tape.sweep === null) {
    record(tape, () => {
      if (activeTape() !== null) backward(loss, undefined, { retainGraph: true });
    });
  }
  const gradients =
    tape.sweep?.gradients ?? (differentiate && loss.requiresGrad ? sweep(loss, onesLike(loss)) : null);
  return {
    tape,
    loss,
    gradients,
    sources: {
      site: (id) => (id > 0 ? lineSite(id) : null),
      binding: (id) => names[id - 1] ?? null,
    },
    file: FILE,
    device: { requested: "cpu", used: "cpu", reason: "asked for" },
    dtype: "float32",
    durationMs: 1,
    failure: null,
  };
}

function onesLike(x: Tensor): Tensor {
  return new Tensor(x.data.slice().fill(1), x.shape, x.dtype);
}
