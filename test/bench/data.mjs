// Numbers for the benchmark: the same for every engine.

/** Values from a fixed sequence, uniform in [-scale, scale]. */
export function values(shape, scale = 1, seed = 1) {
  const out = new Float32Array(shape.reduce((a, b) => a * b, 1));
  let state = seed * 2654435761;
  for (let i = 0; i < out.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    out[i] = (state / 2 ** 31) * scale;
  }
  return out;
}

/** Class numbers below `classes`. */
export function labels(count, classes) {
  return Int32Array.from({ length: count }, (_, i) => (i * 7) % classes);
}

/** Weights as Gradlens parameters. */
export function ourParameters(g, shapes, scale) {
  return shapes.map((shape, i) => g.parameter(values(shape, scale, i + 1), { shape }));
}

/** One step of ours: the loss, its backward pass, and gradients cleared for the next. */
export function ourStep(parameters, loss) {
  return () => {
    loss().backward();
    for (const p of parameters) p.grad = null;
  };
}

/** Gradients of a tfjs loss for its parameters, brought to JavaScript's side. */
export function tfjsStep(tf, shapes, scale, loss) {
  const parameters = shapes.map((shape, i) => tf.tensor(values(shape, scale, i + 1), shape));
  const gradients = tf.grads((...p) => loss(p));
  return () => {
    tf.tidy(() => {
      for (const each of gradients(parameters)) each.dataSync();
    });
  };
}

/** Loss and gradients of a jax-js function of a list of parameters, compiled by jit. */
export function jaxStep(jax, shapes, scale, loss) {
  const parameters = shapes.map((shape, i) => jax.numpy.array(values(shape, scale, i + 1)).reshape(shape));
  const step = jax.jit(jax.valueAndGrad((p) => loss(p)));
  return async () => {
    const [value, gradients] = step(parameters.map((p) => p.ref));
    await jax.blockUntilReady(gradients);
    for (const each of gradients) each.dispose();
    value.dispose();
  };
}
