// A residual network of 10,000 operations.
import { residualLoss } from "./residual";

export const loss = residualLoss(10_000);
