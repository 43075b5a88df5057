/** What an operation does to gradients, as a sentence. */

const sentences: Readonly<Record<string, string>> = {
  distributes: "hands the gradient on unchanged to every input",
  switches: "each factor gets the gradient times the other factor",
  scales: "multiplies the gradient by its local slope, element by element",
  routes: "sends the gradient only to where the value came from",
  moves: "rearranges elements; the gradient goes the same way back",
  gathers: "added many elements into one; the gradient spreads over all of them",
  contracts: "multiplies the gradient by the other factor, transposed",
  normalises: "couples the elements of a group, so their gradients depend on each other",
  compares: "measures the difference to a target; the gradient starts here",
  stops: "lets no gradient pass",
};

/** "add distributes: hands the gradient on unchanged …"; a role that is a sentence already stays as it is. */
export function roleSentence(op: string, role: string): string {
  const sentence = sentences[role];
  return sentence === undefined ? role : `${op} ${role}: ${sentence}.`;
}
