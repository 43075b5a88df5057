/** Comments `// gradlens: ignore`, with which a person says that findings of the diagnosis at a line are not to be told. */
import { codeBeside } from "./intents";
import type { Parsed } from "./parsed";
import type { SourceIgnore } from "./types";

const head = /^\W*gradlens:\s*ignore(?![\w-])/i;

/** The comments of a text, each with the line that it is about and the rules that it names; none: all of them. */
export function findIgnores({ text, comments, positions }: Parsed): SourceIgnore[] {
  return comments
    .filter((comment) => head.test(comment.text))
    .map((comment) => ({
      comment: positions.range(comment.start, comment.end),
      line: positions.range(...codeBeside(comment, text, comments)).line,
      rules: rulesIn(comment.text.replace(head, "")),
    }));
}

/** Names with commas or blanks between them. A reason may follow: "vanishing-gradient (a bound)", "dead-units -- sparse". */
function rulesIn(text: string): string[] {
  const names = /^[\w\s,/-]*/.exec(text)?.[0].split(/\s--?(?:\s|$)/)[0] ?? "";
  return names.split(/[\s,]+/).filter((name) => /^\w/.test(name));
}
