// Names that would be Markdown, links or commands are shown as names.
import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import { closeEditors, hoverText, openTraced } from "./editor";

const model = `import { customOp, nn, tensor } from "gradlens";
const name = "[Trace](command:workbench.action.quit) \`](command:a) <img src=x> $(sync~spin) | b |";
const twice = customOp({ name, forward: (x) => x.mul(2), backward: ({ grad }) => [grad.mul(2)] });
const net = new nn.Sequential();
net["layer](command:a)"] = new nn.Linear(1, 1);
export function loss() {
  const y = twice(tensor([3], { requiresGrad: true }));
  return net["layer](command:a)"].forward(y).sum();
}
`;

describe("hostile names", () => {
  afterEach(closeEditors);

  it("are text in a hover, whose links run our own commands only", async () => {
    const whole = await hoverText(await openTraced(model), "y = ");
    // In a span of code nothing acts.
    const text = whole.replaceAll(/`[^`]*`/g, "");
    const commands = [...text.matchAll(/(?<!\\)\]\(command:([\w.]+)/g)].map((match) => match[1]);
    assert.ok(commands.length > 0);
    for (const command of commands) assert.match(command ?? "", /^gradlens\.(showGraph|gradcheckLayer)$/);
    assert.doesNotMatch(text, /(?<!\\)<img|(?<!\\)!\[(?!Histogram)/);
    assert.doesNotMatch(text.replaceAll(/\$\((type-hierarchy|beaker)\)/g, ""), /\$\(/);
  });
});
