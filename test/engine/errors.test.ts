/** Wrong arguments: each gives a ModelError that names the function, what was found and what was expected. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as gl from "../../engine";
import { functions } from "./reference";
import { type Refused, testRefused } from "./refused";

const t = (...shape: number[]) => gl.ones(shape, { requiresGrad: true });
const mask = () => gl.gt(t(2), 0);
const integers = () => gl.tensor([1, 2], { dtype: "int32" });
/** A call that TypeScript would refuse. */
const call = (name: string, ...args: unknown[]) => functions[name]?.(...args);

const shapeErrors: readonly Refused[] = [
  ["add", () => gl.add(t(2, 3), t(4)), /\[2, 3\] and \[4\].*is 3 in one and 4 in the other; expected equal/],
  [
    "matmul",
    () => gl.matmul(t(2, 3), t(2, 3)),
    /\[2, 3\] and \[2, 3\].*3 and 2, expected equal/,
    /transposed/,
  ],
  ["matmul", () => gl.matmul(t(), t(2, 3)), /at least one dimension, found shapes \[\] and \[2, 3\]/],
  ["matmul", () => gl.matmul(t(2, 2, 3), t(3, 3, 2)), /\[2\] and \[3\] do not broadcast/],
  [
    "linear",
    () => gl.linear(t(2, 3), t(3, 4)),
    /x has shape \[2, 3\], expected a last dimension of 4/,
    /transposed/,
  ],
  ["linear", () => gl.linear(t(2, 3), t(4, 3), t(3)), /b has shape \[3\], expected \[4\]/],
  ["dot", () => gl.dot(t(2), t(3)), /2 and 3 elements, expected equally many/],
  ["outer", () => gl.outer(t(2, 2), t(3)), /x has shape \[2, 2\], expected one dimension/],
  ["trace", () => gl.trace(t(3)), /x has shape \[3\], expected a matrix/],
  ["det", () => gl.det(t(2, 3)), /x has shape \[2, 3\], expected square/],
  ["solve", () => gl.solve(t(2, 2), t(3, 1)), /y has shape \[3, 1\], expected \[2, columns\]/],
  ["cdist", () => gl.cdist(t(2, 3), t(2, 2)), /\[2, 3\] and \[2, 2\] differ.*expected equally many/],
  ["glu", () => gl.glu(t(2, 3)), /x has shape \[2, 3\], expected an even size/],
  ["maxout", () => gl.maxout(t(2, 3), { pieces: 2 }), /pieces is 2, expected an integer that divides 3/],
  ["einsum", () => gl.einsum("ij,jk->ik", t(2, 3), t(2, 3)), /label j has size 3 in one .* and 2 in another/],
  ["einsum", () => gl.einsum("ij,jk->ik", t(2, 3)), /2 operands on its left, but 1 tensors were given/],
  ["einsum", () => gl.einsum("ij->ik", t(2, 3)), /has k, which no operand has/],
  ["reshape", () => gl.reshape(t(2, 3), [4, 2]), /\[4, 2\] does not fit 6 elements/],
  ["expand", () => gl.expand(t(2, 3), [2, 4]), /\[2, 3\] does not expand to \[2, 4\]/],
  ["amax", () => gl.amax(t(0, 2), { dim: 0 }), /found shape \[0, 2\], expected at least one element/],
];

const dimErrors: readonly Refused[] = [
  ["sum", () => gl.sum(t(2, 3), { dim: 2 }), /dim is 2, expected an integer from -2 to 1/],
  ["sum", () => gl.sum(t(2, 3), { dim: [0, 0] }), /\[0, 0\], which names a dimension twice/],
  ["sum", () => call("sum", t(2), { dim: "0" }), /dim is "0", expected an integer/],
  ["softmax", () => gl.softmax(t(2), { dim: 3 }), /dim is 3, expected an integer from -1 to 0/],
  ["softmax", () => call("softmax", t(2)), /dim is missing, expected/],
  ["cumsum", () => call("cumsum", t(2)), /dim is missing, expected/],
  ["logsumexp", () => call("logsumexp", t(2)), /dim is missing, expected/],
  ["argmax", () => gl.argmax(t(2), { dim: 1 }), /dim is 1, expected an integer/],
  ["max", () => gl.max(t(2), { dim: 4 }), /dim is 4, expected an integer/],
  ["transpose", () => gl.transpose(t(2, 3), 0, 2), /dim1 is 2, expected an integer from -2 to 1/],
  ["permute", () => gl.permute(t(2, 3), [0]), /dims is \[0\], expected each of the 2 dimensions once/],
];

const typeErrors: readonly Refused[] = [
  ["add", () => call("add", t(2), "3"), /y is a string \(3\), expected a tensor or a number/],
  ["add", () => call("add", t(2)), /y is undefined, expected/],
  ["relu", () => call("relu", [1, 2]), /x is an array of 2, expected a tensor/],
  ["matmul", () => call("matmul", t(2, 3)), /y is undefined, expected/],
  ["reshape", () => call("reshape", t(2, 3), "6"), /shape is a string \(6\), expected an array/],
  ["einsum", () => call("einsum", t(2)), /equation is a tensor of shape \[2\], expected a text/],
  ["where", () => gl.where(t(2), 1, 2), /condition has type float32, expected bool/, /gt\(x, 0\)/],
  ["maskedFill", () => call("maskedFill", t(2), mask(), "a"), /value is "a", expected a number/],
  ["pow", () => gl.pow(integers(), -1), /exponent is -1, expected at least 0 for a tensor of int32/],
  ["sub", () => gl.sub(mask(), mask()), /two tensors of bool, expected numbers/, /logicalXor/],
  ["neg", () => gl.neg(mask()), /a tensor of bool, expected numbers/, /logicalNot/],
  ["det", () => gl.det(gl.tensor([[1]], { dtype: "int32" })), /type int32, expected float32 or float64/],
  ["cast", () => call("cast", t(2), "float16"), /dtype is "float16", expected "float32", "float64"/],
];

const optionErrors: readonly Refused[] = [
  [
    "sum",
    () => call("sum", t(2), { axis: 0 }),
    /unknown option "axis", expected one of dim, keepdim/,
    /mean dim/,
  ],
  ["sum", () => call("sum", t(2), { keepDims: true }), /unknown option "keepDims"/, /mean keepdim/],
  ["sum", () => call("sum", t(2), "mean"), /dim is "mean", expected an integer/],
  ["var", () => call("var", t(2), { ddof: 1 }), /unknown option "ddof"/, /mean correction/],
  ["norm", () => call("norm", t(2), { pow: 1 }), /unknown option "pow"/],
  ["clamp", () => gl.clamp(t(2), {}), /no bound, expected min, max or both/],
  ["clamp", () => call("clamp", t(2), { low: 1 }), /unknown option "low", expected one of min, max/],
  [
    "gelu",
    () => call("gelu", t(2), { approximate: "erf" }),
    /approximate is "erf", expected "none" or "tanh"/,
  ],
  ["leakyRelu", () => call("leakyRelu", t(2), { negativeslope: 1 }), /unknown option/, /mean negativeSlope/],
  ["softplus", () => gl.softplus(t(2), { beta: 0 }), /beta is 0, expected another number/],
  ["inverse", () => gl.inverse(gl.zeros([2, 2])), /no inverse/],
  ["cholesky", () => gl.cholesky(gl.zeros([2, 2])), /not positive definite: pivot 0 is 0, expected above 0/],
];

describe("wrong arguments", () => {
  testRefused({ shapeErrors, dimErrors, typeErrors, optionErrors });

  it("tells a text that operators made of a tensor from any other", () => {
    const hintFor = (text: string) => {
      try {
        call("mul", t(2), text);
        return assert.fail("mul takes no text");
      } catch (error) {
        assert.ok(error instanceof gl.ModelError);
        return error.hint;
      }
    };
    assert.match(hintFor(`${t(2)}1`) ?? "", /operators do not compute with tensors/);
    assert.equal(hintFor("abc"), undefined);
  });
});
