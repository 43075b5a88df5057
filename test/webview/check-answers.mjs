// Plays the extension's side of the pictures below a check: answers a page's questions for numbers.

/**
 * From now on the page gets a gradient that differs from its differences in the last row of `shape`.
 * @param {any} page
 * @param {readonly number[]} shape
 */
export function answerCheckQuestions(page, shape) {
  return page.evaluate((dims) => {
    const size = dims.reduce((product, n) => product * n, 1);
    const columns = dims.at(-1) ?? 1;
    const numeric = Float64Array.from({ length: size }, (_, i) => Math.sin(i * 1.7) * 10 ** -(i % 4));
    const isWrong = (i) => i >= size - columns;
    const analytic = numeric.map((v, i) => (isWrong(i) ? v / 2 : v * (1 + 1e-9 * Math.cos(i * 31))));
    const steps = Float64Array.from({ length: 25 }, (_, k) => 10 ** (-1 - k / 2));
    globalThis.answerWith({
      checkDetails({ start, count }) {
        const part = (all) => all.slice(start, start + count);
        return { analytic: part(analytic), numeric: part(numeric), shape: dims };
      },
      checkCurve() {
        const slopes = steps.map((h, k) => 1 + h * h + (1e-16 / h) * (1 + (k % 3)));
        return { steps, numeric: slopes, analytic: 1, chosen: 5e-5 };
      },
    });
  }, shape);
}

/**
 * From now on the page gets no numbers, but the reason.
 * @param {any} page
 * @param {string} why
 */
export function refuseCheckQuestions(page, why) {
  return page.evaluate((message) => {
    const refuse = () => {
      throw new Error(message);
    };
    globalThis.answerWith({ checkDetails: refuse, checkCurve: refuse });
  }, why);
}
