/** Layers. */
export { Module } from "./module";
