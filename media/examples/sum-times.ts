// The smallest example of backpropagation: f = (x + y) · z at x = −2, y = 5, z = −4.
//
// Run "Gradlens: Trace Backprop", then hover x, q or f. Forward, q = 3 and f = −12. Backward, from the end:
//   f = q · z   a product SWITCHES: each factor gets the gradient times the other one: ∂f/∂q = z, ∂f/∂z = q
//   q = x + y   a sum DISTRIBUTES: both get the gradient of q, unchanged
import { add, mul, parameter } from "gradlens";

const x = parameter(-2);
const y = parameter(5);
const z = parameter(-4);

export function loss() {
  const q = add(x, y);
  const f = mul(q, z);
  return f;
}
