/** Threads that share large matrix products with the one that asks for them. */
import { getThreads, threadStarter } from "../threads";
import { memory, reserve } from "./blocks";
import type { WasmExports } from "./module";

/** Smaller products are done before another thread has woken up. */
const WORTH_SHARING = 3_000_000;
/** Pieces per thread: whoever is late takes fewer. */
const PIECES = 2;
/** Heights and widths that both block sizes divide, so that pieces end where blocks end. */
const ROWS = 12;
const COLUMNS = 8;

/** A product as the module wants it: addresses, and strides in bytes. */
export interface Product {
  readonly width: number;
  readonly x: number;
  readonly xRow: number;
  readonly xStep: number;
  readonly xMatrix: number;
  readonly y: number;
  readonly yStep: number;
  readonly yColumn: number;
  readonly yMatrix: number;
  readonly out: number;
  readonly outRow: number;
  readonly outMatrix: number;
  readonly batch: number;
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

/** What a helper runs; it never comes back, so that it can sleep inside of WebAssembly. */
const helper = `
const instance = new WebAssembly.Instance(data.module, { env: { memory: data.memory } });
instance.exports.serve(data.job, data.thread);
`;

/** Places of the fields of Job in assembly/team.ts, in elements of 4 bytes. */
const READY = 7;
const FIRST_PARAMETER = 8;
const PIECES_PLACE = 5;
const HELPED = 28;
const JOB_BYTES = 128;

export interface Team {
  /** Threads that serve now, this one included. */
  ready(): number;
  /** Pieces of products that the other threads have computed so far. */
  helped(): number;
  /** Threads for a product of this size, this one included: 1 when it is not worth sharing or the others sleep. */
  threadsFor(product: Pick<Product, "batch" | "m" | "k" | "n">): number;
  /** Computes a product on that many threads; `scratch` has room for each. */
  run(product: Product, threads: number, scratch: number, scratchBytes: number): void;
}

export function gatherTeam(wasm: WasmExports, module: WebAssembly.Module): Team {
  let job = 0;
  let started = 0;
  const fields = () => new Int32Array(memory.buffer, job, JOB_BYTES / 4);

  function start(count: number): void {
    const starter = threadStarter();
    if (job === 0) job = reserve(JOB_BYTES)?.address ?? 0;
    if (starter === null || job === 0) return;
    if (started === 0) fields().fill(0);
    while (started < count) starter(helper, { module, memory, job, thread: ++started });
  }

  const ready = () => (job === 0 ? 1 : 1 + Atomics.load(fields(), READY));

  return {
    ready,
    helped: () => (job === 0 ? 0 : Atomics.load(fields(), HELPED)),
    threadsFor({ batch, m, k, n }) {
      const wanted = getThreads();
      if (wanted === 1 || batch * m * k * n < WORTH_SHARING) return 1;
      if (started < wanted - 1) start(wanted - 1);
      return Math.min(wanted, ready());
    },
    run(product, threads, scratch, scratchBytes) {
      const { width, x, xRow, xStep, xMatrix, y, yStep, yColumn, yMatrix, batch, m, k, n } = product;
      const piece = pieceOf(product, PIECES * threads);
      const place = fields();
      place[PIECES_PLACE] = batch * Math.ceil(m / piece.rows) * Math.ceil(n / piece.columns);
      place.set(
        [width, x, xRow, xStep, xMatrix, y, yStep, yColumn, yMatrix, product.out, product.outRow].concat([
          product.outMatrix,
          m,
          k,
          n,
          piece.rows,
          piece.columns,
          scratch,
          scratchBytes,
          threads,
        ]),
        FIRST_PARAMETER,
      );
      wasm.runJob(job);
    },
  };
}

/** Whole matrices when there are many; else columns, which share no work; else rows. */
function pieceOf({ batch, m, n }: Product, pieces: number): { rows: number; columns: number } {
  if (batch >= pieces) return { rows: m, columns: n };
  const portion = (size: number, step: number) => Math.ceil(size / pieces / step) * step;
  if (n >= pieces * 4 * COLUMNS) return { rows: m, columns: portion(n, COLUMNS) };
  return { rows: portion(m, ROWS), columns: n };
}
