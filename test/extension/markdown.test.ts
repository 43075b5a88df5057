// Names of a person's file in Markdown: whatever they are, they are text, and only our own commands are linked.
import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { code, commandLink, plain } from "../../extension/markdown";

const hostile = [
  "[Trace](command:workbench.action.quit)",
  "x`](command:workbench.action.quit)",
  '") [a](command:b "',
  "![](https://example.invalid/a.png)",
  "<img src=x onerror=alert(1)>",
  "https://example.invalid",
  "| a | b |\n|--|--|",
  "$(sync~spin) $(error)",
  "a\n\n# Title\n- [ ] item",
  "&lt;script&gt;",
  "\u202egnp.exe\u202c \u001b[31m",
  "\\",
  "`",
  "a".repeat(100_000),
];
const names = fc.oneof(
  fc.constantFrom(...hostile),
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom(..."[]()`\\!<>\"'$|#*_~ \n\tcommand:".split("")) }),
);

/** What a reader of Markdown sees of escaped text. */
const shown = (escaped: string) => escaped.replaceAll("&#36;", "$").replace(/\\([!-/:-@[-`{-~])/g, "$1");

describe("names in Markdown", () => {
  it("are text: no sign of them stands unescaped, in one line of bounded length", () => {
    fc.assert(
      fc.property(names, (name) => {
        const text = plain(name);
        assert.doesNotMatch(text.replaceAll("&#36;", "").replace(/\\[!-/:-@[-`{-~]/g, ""), /[!-/:-@[-`{-~]/);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may be left
        assert.doesNotMatch(text, /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/);
        assert.ok(shown(text).length <= 301);
      }),
    );
    assert.equal(shown(plain("net.fc1.weight $(x)")), "net.fc1.weight $(x)");
  });

  it("do not end a code span, and are no icon in one", () => {
    fc.assert(
      fc.property(names, (name) => {
        const text = code(name);
        assert.match(text, /^(`[^`\n|]+`)?$/);
        assert.ok(!text.includes("$("));
      }),
    );
  });

  it("do not end a link, its command or its hint", () => {
    const form =
      /^\[\$\(beaker\) (?:[^\]\\]|\\.)*\]\(command:gradlens\.gradcheckLayer\?([\w%.-]*) "((?:[^"\\]|\\.)*)"\)$/;
    fc.assert(
      fc.property(names, names, (file, title) => {
        const link = commandLink({
          title,
          icon: "beaker",
          command: "gradlens.gradcheckLayer",
          args: [file, title],
        });
        const [, query = ""] = form.exec(link) ?? assert.fail(link);
        assert.deepEqual(JSON.parse(decodeURIComponent(query)), [file, title]);
      }),
    );
  });
});
