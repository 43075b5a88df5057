/** Finds signs in the gaps between nodes, where only spaces, comments and brackets stand. */

const trivia = /(?:\s+|\/\*[\s\S]*?\*\/|\/\/[^\r\n\u2028\u2029]*)*/y;

/** The next offset that is neither space nor comment. */
export function skipTrivia(text: string, from: number): number {
  trivia.lastIndex = from;
  trivia.exec(text);
  return trivia.lastIndex;
}

/** The offset of a sign, looked for from an offset on outside comments, up to a limit; -1 when it is not there. */
export function findSign(text: string, sign: string, from: number, limit: number): number {
  for (let at = skipTrivia(text, from); at < limit; at = skipTrivia(text, at + 1)) {
    if (text.startsWith(sign, at)) return at;
  }
  return -1;
}

/** What is left of a text that is taken out: its line breaks, or one space. */
export function blank(text: string): string {
  return text.replace(/[^\r\n]+/g, "") || " ";
}
