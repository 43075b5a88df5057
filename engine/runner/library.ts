/** The library as model files and Node programs import it: the engine, with threads where Node has them. */
import { allowThreads } from "./threads";

export * from "../index";

allowThreads();
