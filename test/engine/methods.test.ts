/** Methods and properties of tensors that PyTorch's have: they do what the functions do. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import * as gl from "../../engine";

const x = () => gl.tensor([[1, -2, 3], [0.5, 4, -1]], { dtype: "float64", requiresGrad: true }); // biome-ignore format: a matrix

describe("methods of tensors", () => {
  it("transpose as properties, with gradients", () => {
    const m = x();
    assert.deepEqual(m.T.shape, [3, 2]);
    assert.deepEqual(gl.ones([2, 3, 4]).T.shape, [4, 3, 2]);
    assert.deepEqual(gl.ones([2, 3, 4]).mT.shape, [2, 4, 3]);
    m.T.select(0, 1).sum().backward();
    assert.deepEqual(m.grad?.toArray(), [[0, 1, 0], [0, 1, 0]]); // biome-ignore format: a matrix
    assert.throws(() => gl.ones([2]).mT, /expected an integer from -1 to 0/);
  });

  it("reshape like others, spread or not", () => {
    assert.deepEqual(x().view(3, 2).shape, [3, 2]);
    assert.deepEqual(x().view([6]).shape, [6]);
    assert.deepEqual(x().viewAs(gl.ones([6])).shape, [6]);
    assert.deepEqual(gl.ones([3]).expandAs(x()).shape, [2, 3]);
    assert.deepEqual(x().repeat(2, 1).shape, [4, 3]);
    assert.deepEqual(x().unflatten(1, [3, 1]).shape, [2, 3, 1]);
  });

  it("convert the element type, and say what there is", () => {
    assert.equal(x().float().dtype, "float32");
    assert.equal(x().int().dtype, "int32");
    assert.deepEqual(x().bool().all().item(), 1);
    const double = x();
    assert.equal(double.double(), double);
    assert.deepEqual([x().numel(), x().dim(), x().isFloatingPoint()], [6, 2, true]);
    assert.deepEqual(x().tolist(), x().toArray());
    assert.equal(x().float().typeAs(x()).dtype, "float64");
  });

  it("copy: a clone has memory of its own and passes the gradient", () => {
    const m = x();
    const copy = m.clone();
    copy.sum().backward();
    assert.notEqual(copy.data, m.data);
    assert.deepEqual(m.grad?.toArray(), [[1, 1, 1], [1, 1, 1]]); // biome-ignore format: a matrix
  });

  it("are functions under their names", () => {
    const m = x();
    const pairs: [gl.Tensor, gl.Tensor][] = [
      [m.gelu(), gl.gelu(m)],
      [m.elu(0.5), gl.elu(m, 0.5)],
      [m.remainder(2), gl.remainder(m, 2)],
      [m.median(), gl.median(m)],
      [m.median(1)[0], gl.median(m, { dim: 1 })[0]],
      [m.any(1), gl.any(m, { dim: 1 })],
      [m.normalize({ dim: 0 }), gl.normalize(m, 2, 0)],
      [m.mm(m.T), gl.matmul(m, gl.transpose(m, 0, 1))],
      [m.unbind()[1] as gl.Tensor, gl.select(m, 0, 1)],
      [m.subtract(1).multiply(2), gl.mul(gl.sub(m, 1), 2)],
    ];
    for (const [found, expected] of pairs) assert.deepEqual(found.toArray(), expected.toArray());
    assert.equal(m.allclose(m.add(1e-9)), true);
    assert.equal(m.equal(m.add(1e-9)), false);
  });

  it("say which of several is meant: indices of kthvalue, median, sort and topk", () => {
    const row = gl.tensor([3, 1, 2]);
    assert.deepEqual(
      [row.kthvalue(2)[1].item(), row.median(0)[1].item(), row.sort()[1].toArray(), row.topk(1)[1].toArray()],
      [2, 2, [1, 2, 0], [0]],
    );
  });
});
