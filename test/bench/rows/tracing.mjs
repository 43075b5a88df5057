// What a trace costs: the same model file with and without being recorded line by line.
import { plainStep, tracedStep } from "../traced.mjs";

function traced(path, order) {
  return {
    order,
    ours: (gradlens) => plainStep(gradlens, path),
    traced: (engine) => tracedStep(engine, path),
  };
}

export const rows = {
  "tracing the digits MLP": traced("media/examples/digits-mlp.ts", 50),
  "tracing a CNN": traced("test/bench/models/cnn.ts", 51),
};
