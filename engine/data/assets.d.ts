/** Files that the bundler puts into the bundle as bytes. */
declare module "*.gz" {
  const bytes: Uint8Array;
  export default bytes;
}
