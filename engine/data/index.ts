/** Data sets that come with Gradlens. */
export {};
