import { it } from "mocha";
it("x", () => {});
