// Takes the README's pictures anew, in a real VS Code.
process.env.GRADLENS_SCREENSHOTS = "media/pictures";
process.argv.splice(2, Infinity, "host", "--grep", "a person at work");
await import("./test.mjs");
