// An engine process that is none: it answers as a test says, in frames of the right mark.

/** The script of a process that answers every request with an expression, in which `method` is what was asked. */
export const impostor = (answer: string) => `
const { readSync, writeSync } = require("node:fs");
const { serialize, deserialize } = require("node:v8");
const marks = Buffer.alloc(32);
for (let at = 0; at < 32; ) at += readSync(5, marks, at, 32 - at);
const [mark, own] = [marks.subarray(0, 16), marks.subarray(16)];
const send = (message) => {
  const body = serialize(message);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(body.length);
  writeSync(4, Buffer.concat([own, size, body]));
};
const input = new (require("node:net").Socket)({ fd: 5, readable: true, writable: false });
let data = Buffer.alloc(0);
input.on("data", (chunk) => {
  data = Buffer.concat([data, chunk]);
  for (let at = data.indexOf(mark); at >= 0; at = data.indexOf(mark)) {
    const end = data.length < at + 20 ? Infinity : at + 20 + data.readUInt32LE(at + 16);
    // The pipe cuts messages anywhere.
    if (data.length < end) return;
    const { id, method } = deserialize(data.subarray(at + 20, end));
    data = data.subarray(end);
    if (id === undefined) continue;
    send({ jsonrpc: "2.0", method: "progress", params: { message: {}, fraction: "a" } });
    send({ jsonrpc: "2.0", method: "output", params: null });
    send({ jsonrpc: "2.0", id, result: method === "ping" ? null : ${answer} });
  }
});
`;
