// ResNet-18 on two images of 3 × 64 × 64, in training mode: 11.7 million weights.
import { crossEntropy, manualSeed, nn, randn, tensor } from "gradlens";
import { ResNet18 } from "./resnet";

manualSeed(0);
const net = new ResNet18(
  (from, to, stride) => new nn.Conv2d(from, to, 3, { stride, padding: 1, bias: false }),
);
const images = randn([2, 3, 64, 64]);
const labels = tensor([7, 421], { dtype: "int32" });

export function loss() {
  return crossEntropy(net.forward(images), labels);
}
