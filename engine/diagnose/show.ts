/** How numbers read in findings. */

export function show(x: number): string {
  if (!Number.isFinite(x)) return String(x);
  const size = Math.abs(x);
  return x === 0 || (size >= 1e-3 && size < 1e5)
    ? String(Number(x.toPrecision(3)))
    : x.toExponential(1).replace("e+", "e");
}

export function times(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
