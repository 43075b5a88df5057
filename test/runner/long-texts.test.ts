/** A text that takes longer to read than a run may take ends as a run does, and the next one works. */
import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { failureOf, limits, openEngine, paramsFor } from "./engine";

const file = "/models/long.ts";
const long = `import { tensor } from "gradlens";\nlet h = tensor(1);\n${"h = h.add(h).mul(2);\n".repeat(200_000)}`;
const short = `import { tensor } from "gradlens";\nexport const loss = () => tensor(2, { requiresGrad: true }).mul(3);\n`;

describe("texts that take long to read", () => {
  it("end at the limit of the run with its message", async () => {
    const { engine } = openEngine();
    const traceOf = (text: string, timeoutMs: number) =>
      engine.trace(paramsFor(file, { overlays: { [file]: text }, limits: { ...limits, timeoutMs } }));
    const failure = failureOf(await traceOf(long, 300));
    assert.equal(failure?.kind, "timeout");
    assert.match(failure.message, /limit of 0\.3 s/);
    assert.equal(failureOf(await traceOf(short, 60_000)), null);
    engine.dispose();
  });

  it("that are nested deeply are run", async () => {
    const { engine } = openEngine();
    const nested = short.replace("(2,", `(${"<any>(".repeat(22)}2${")".repeat(22)},`);
    assert.equal(failureOf(await engine.trace(paramsFor(file, { overlays: { [file]: nested } }))), null);
    engine.dispose();
  });
});
