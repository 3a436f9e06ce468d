/** Voyage AI: embeddings and rerankers. */
import { compatible } from "./compatible.ts";

export const voyage = compatible("voyage", "https://api.voyageai.com");
