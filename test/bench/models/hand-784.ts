// A fully connected layer for digits of 28 × 28 with its backward pass written by hand, in plain arrays, for a batch of 8.

type Matrix = number[][];

const random = (() => {
  let state = 12345;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
})();
const matrix = (rows: number, columns: number, scale: number): Matrix =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => scale * random()));

function matmul(a: Matrix, b: Matrix): Matrix {
  return a.map((row) => {
    const out = new Array<number>(b[0].length).fill(0);
    row.forEach((v, k) => {
      for (let j = 0; j < out.length; j++) out[j] += v * b[k][j];
    });
    return out;
  });
}

const transpose = (a: Matrix): Matrix => a[0].map((_, j) => a.map((row) => row[j]));

export class Dense {
  W: Matrix;
  b: number[];
  dW: Matrix = [];
  db: number[] = [];
  x: Matrix = [];

  constructor(inputs: number, outputs: number) {
    this.W = matrix(inputs, outputs, 1 / Math.sqrt(inputs));
    this.b = new Array<number>(outputs).fill(0);
  }

  forward(x: Matrix): Matrix {
    this.x = x;
    return matmul(x, this.W).map((row) => row.map((v, j) => v + this.b[j]));
  }

  backward(grad: Matrix): Matrix {
    this.dW = matmul(transpose(this.x), grad);
    this.db = grad[0].map((_, j) => grad.reduce((sum, row) => sum + row[j], 0));
    return matmul(grad, transpose(this.W));
  }
}

const layer = new Dense(784, 100);
layer.forward(matrix(8, 784, 1));
