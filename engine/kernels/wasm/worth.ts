/** From which size on a call into WebAssembly, with the copies it may need, is quicker than JavaScript. */

export interface Worth {
  /** Elements of functions like exp that cost more than a few cycles: they repay copies. */
  readonly slow: number;
  /** Elements of functions of a few cycles, such as a sum. */
  readonly fast: number;
  /** Whether functions of a few cycles are called when operands must be copied. */
  readonly copies: boolean;
  /** Multiplications of one matrix product. */
  readonly product: number;
  /** Elements that a reduction reads. */
  readonly reduction: number;
}

export const usual: Worth = { slow: 48, fast: 128, copies: false, product: 512, reduction: 512 };

/** Everything that can be done in WebAssembly is done there, whatever the size. */
export const always: Worth = { slow: 1, fast: 1, copies: true, product: 1, reduction: 1 };
