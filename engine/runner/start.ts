/** The first file of the engine process: loads the rest, as an earlier process compiled it where that was kept. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { constants, Script } from "node:vm";
import { crc32 } from "node:zlib";
import { codeCacheVariable, keepCode, readCode } from "./code-cache";

const file = join(__dirname, "engine-main.js");
const head = "(function (exports, require, module, __filename, __dirname) {";
/** By then the first model has run as a rule, and what it needs of the engine is compiled. */
const KEEP_MS = 2000;
function run(folder: string): void {
  const source = readFileSync(file, "utf8");
  const sum = crc32(source);
  // One for each Node: others would not take it.
  const path = join(folder, `engine-${process.version}-${process.arch}.code`);
  const cachedData = readCode(path, sum);
  const script = new Script(`${head}${source}\n})`, {
    filename: file,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(cachedData ? { cachedData } : {}),
  });
  script.runInThisContext()({}, createRequire(file), { exports: {} }, file, __dirname);
  if (cachedData && script.cachedDataRejected !== true) return;
  const timer = setTimeout(() => {
    try {
      keepCode(path, sum, script.createCachedData());
    } catch {
      // Without it the next process starts a little later.
    }
  }, KEEP_MS);
  timer.unref();
}

const folder = process.env[codeCacheVariable];
// A model is not to see it.
delete process.env[codeCacheVariable];
if (folder === undefined) createRequire(file)(file);
else run(folder);
