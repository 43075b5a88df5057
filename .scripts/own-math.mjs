// What the engine's bundles use as Math: a copy that a model cannot change.
const own = {};
for (const name of Object.getOwnPropertyNames(globalThis.Math)) own[name] = globalThis.Math[name];
const frozen = Object.freeze(own);

export { frozen as Math };
