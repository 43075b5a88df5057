// A matrix product shared by several threads: pieces of it are taken from a counter until none is left.
import { matmul_f32, matmul_f64 } from "./matmul";

/** What the threads read of a job, and the counters by which they divide it; strides in bytes. */
@unmanaged
class Job {
  /** Grows with every job; threads sleep on it. */
  sequence: i32;
  /** 1 while pieces may be taken. */
  open: i32;
  /** Helpers that look at the job. */
  inside: i32;
  /** The next piece to take, and how many are done. */
  next: i32;
  done: i32;
  pieces: i32;
  /** 1: the helpers shall end. */
  quit: i32;
  /** Helpers that are at work. */
  ready: i32;
  width: i32;
  x: usize;
  xRow: usize;
  xStep: usize;
  xMatrix: usize;
  y: usize;
  yStep: usize;
  yColumn: usize;
  yMatrix: usize;
  out: usize;
  outRow: usize;
  outMatrix: usize;
  m: i32;
  k: i32;
  n: i32;
  /** Rows and columns of a piece; pieces of one matrix follow each other row by row. */
  pieceRows: i32;
  pieceColumns: i32;
  /** Working space per thread. */
  scratch: usize;
  scratchBytes: usize;
  /** Threads that have working space; others stay away. */
  threads: i32;
  /** Pieces that helpers have done in all. */
  helped: i32;
}

// @ts-ignore: decorator
@inline
function at(job: usize, offset: usize): usize {
  return job + offset;
}

/** Takes pieces until none is left. */
function work(address: usize, thread: i32): void {
  const job = changetype<Job>(address);
  const scratch = job.scratch + <usize>thread * job.scratchBytes;
  const across = (job.n + job.pieceColumns - 1) / job.pieceColumns;
  const down = (job.m + job.pieceRows - 1) / job.pieceRows;
  while (true) {
    const piece = atomic.add<i32>(at(address, offsetof<Job>("next")), 1);
    if (piece >= job.pieces) return;
    const matrix = piece / (across * down), within = piece % (across * down);
    const row = within / across * job.pieceRows, column = within % across * job.pieceColumns;
    const x = job.x + <usize>matrix * job.xMatrix + <usize>row * job.xRow;
    const y = job.y + <usize>matrix * job.yMatrix + <usize>column * job.yColumn;
    const out = job.out + <usize>matrix * job.outMatrix + <usize>row * job.outRow + <usize>(column * job.width);
    const m = min(job.pieceRows, job.m - row), n = min(job.pieceColumns, job.n - column);
    if (job.width == 4) matmul_f32(x, job.xRow, job.xStep, y, job.yStep, job.yColumn, out, job.outRow, m, job.k, n, scratch);
    else matmul_f64(x, job.xRow, job.xStep, y, job.yStep, job.yColumn, out, job.outRow, m, job.k, n, scratch);
    if (thread > 0) atomic.add<i32>(at(address, offsetof<Job>("helped")), 1);
    atomic.add<i32>(at(address, offsetof<Job>("done")), 1);
    atomic.notify(at(address, offsetof<Job>("done")), 1);
  }
}

/** A helper's life: sleeps until there is a job, until it shall end. */
export function serve(address: usize, thread: i32): void {
  let seen = 0;
  atomic.add<i32>(at(address, offsetof<Job>("ready")), 1);
  while (true) {
    atomic.wait<i32>(at(address, offsetof<Job>("sequence")), seen, -1);
    if (atomic.load<i32>(at(address, offsetof<Job>("quit"))) != 0) return;
    seen = atomic.load<i32>(at(address, offsetof<Job>("sequence")));
    atomic.add<i32>(at(address, offsetof<Job>("inside")), 1);
    const invited = atomic.load<i32>(at(address, offsetof<Job>("open"))) != 0 && thread < changetype<Job>(address).threads;
    if (invited) work(address, thread);
    atomic.sub<i32>(at(address, offsetof<Job>("inside")), 1);
    atomic.notify(at(address, offsetof<Job>("inside")), 1);
  }
}

/** Runs the job that was written to `address` with the help of the others; returns when all of it is done. */
export function runJob(address: usize): void {
  const done = at(address, offsetof<Job>("done"));
  const inside = at(address, offsetof<Job>("inside"));
  const pieces = changetype<Job>(address).pieces;
  atomic.store<i32>(done, 0);
  atomic.store<i32>(at(address, offsetof<Job>("next")), 0);
  atomic.store<i32>(at(address, offsetof<Job>("open")), 1);
  atomic.add<i32>(at(address, offsetof<Job>("sequence")), 1);
  atomic.notify(at(address, offsetof<Job>("sequence")), -1);
  work(address, 0);
  for (let now = atomic.load<i32>(done); now < pieces; now = atomic.load<i32>(done)) atomic.wait<i32>(done, now, 1000000);
  // The next job may be written only when nobody reads this one any more.
  atomic.store<i32>(at(address, offsetof<Job>("open")), 0);
  for (let now = atomic.load<i32>(inside); now > 0; now = atomic.load<i32>(inside)) atomic.wait<i32>(inside, now, 1000000);
}

/** Ends the helpers. */
export function dismiss(address: usize): void {
  atomic.store<i32>(at(address, offsetof<Job>("quit")), 1);
  atomic.add<i32>(at(address, offsetof<Job>("sequence")), 1);
  atomic.notify(at(address, offsetof<Job>("sequence")), -1);
}
