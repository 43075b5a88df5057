// The licences of the packages whose code stands in dist/, in one file that is shipped with it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Folders of the packages to which bundled files belong. */
export function packagesOf(files) {
  const found = files.map((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0]);
  return [...new Set(found.filter(Boolean))].sort();
}

function noticeOf(root, folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  const file = readdirSync(join(root, folder)).find((each) => /^(licen[cs]e|copying)/i.test(each));
  if (!license && !file) throw new Error(`${name} says nothing about its licence`);
  const text = file ? readFileSync(join(root, folder, file), "utf8").trim() : `Licence: ${license}`;
  return `${name} ${version} (${license ?? "see below"})\n\n${text}`;
}

/** The text of dist/THIRD-PARTY-NOTICES.txt. */
export function noticesText(root, folders) {
  const head = "Gradlens contains code of these packages. Their licences:";
  const rule = "-".repeat(80);
  const notices = folders
    .filter((folder) => existsSync(join(root, folder)))
    .map((each) => noticeOf(root, each));
  return `${[head, ...notices].join(`\n\n${rule}\n\n`)}\n`;
}
