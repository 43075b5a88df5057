// A residual network of 50,000 operations.
import { residualLoss } from "./residual";

export const loss = residualLoss(50_000);
