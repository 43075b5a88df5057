/** Which operators and functions people take for each other: the smaller the number, the more often. */

/** What is mistaken for an operator, and by which cost. */
export const operators: Record<string, readonly (readonly [string, number])[]> = {
  "+": [
    ["-", 1],
    ["*", 1.7],
  ],
  "-": [
    ["+", 1],
    ["*", 1.9],
  ],
  "*": [
    ["/", 1.4],
    ["+", 1.8],
    ["-", 1.9],
  ],
  "/": [["*", 1.4]],
  "<": [
    ["<=", 1.5],
    [">", 1.8],
    [">=", 1.8],
  ],
  "<=": [
    ["<", 1.5],
    [">=", 1.8],
    [">", 1.8],
  ],
  ">": [
    [">=", 1.5],
    ["<", 1.8],
    ["<=", 1.8],
  ],
  ">=": [
    [">", 1.5],
    ["<=", 1.8],
    ["<", 1.8],
  ],
  "===": [["!==", 1.6]],
  "!==": [["===", 1.6]],
  "&&": [["||", 1.7]],
  "||": [["&&", 1.7]],
};

export const assignments: Record<string, readonly (readonly [string, number])[]> = {
  "=": [
    ["+=", 1.1],
    ["-=", 1.3],
    ["*=", 1.6],
  ],
  "+=": [
    ["-=", 1.5],
    ["=", 1.8],
    ["*=", 2],
  ],
  "-=": [
    ["+=", 0.95],
    ["=", 1.8],
  ],
  "*=": [
    ["/=", 1.4],
    ["+=", 2],
    ["=", 2],
  ],
  "/=": [["*=", 1.4]],
};

export const similar = [
  ["sin", "cos"],
  ["exp", "log"],
  ["sqrt", "abs"],
  ["max", "min"],
];
