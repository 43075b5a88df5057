/** The library as model files and Node programs import it: the engine, with threads where Node has them. */
import { allowCollection } from "./collector";
import { allowThreads } from "./threads";

export * from "../index";

allowThreads();
allowCollection();
