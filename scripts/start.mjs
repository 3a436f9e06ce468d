// `npm start`: installs if needed, then serves the production build (scripts/serve.ts).
import { runUnderOurNode } from "./lib/run-node.mjs";

runUnderOurNode("scripts/serve.ts");
