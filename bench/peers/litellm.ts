/** LiteLLM's proxy, from PyPI, as its docs run it without a database: one worker, a master key, no budgets. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Target } from "../measure.ts";
import { installed, quietly } from "./install.ts";
import { type Peer, startPeer } from "./start.ts";

const VERSION = "1.106.2";
const PATH = "/v1/chat/completions";
const KEY = "sk-bench-master";

const config = (upstream: string) => `model_list:
  - model_name: gpt-5-mini
    litellm_params:
      model: openai/gpt-5-mini
      api_base: ${upstream}/v1
      api_key: sk-bench
general_settings:
  master_key: ${KEY}
`;

export async function startLitellm(upstream: string): Promise<Target & Pick<Peer, "stop">> {
  const folder = installed("litellm", VERSION, (into) => {
    quietly("python3", ["-m", "venv", into], into);
    quietly(join(into, "bin/pip"), ["install", "--quiet", `litellm[proxy]==${VERSION}`], into);
  });
  const configFile = join(folder, "config.yaml");
  writeFileSync(configFile, config(upstream));
  const headers = { authorization: `Bearer ${KEY}` };
  const peer = await startPeer({
    command: join(folder, "bin/litellm"),
    args: (port) => ["--config", configFile, "--host", "127.0.0.1", "--port", String(port), "--num_workers", "1"],
    env: { LITELLM_LOG: "ERROR" },
    cwd: folder,
    path: PATH,
    headers,
  });
  return { side: "litellm", path: PATH, headers, ...peer };
}
