/**
 * workerd's own configuration: the bindings of `wrangler.toml` without Cloudflare. KV, D1 and cron are Workers that
 * workerd brings along; all state is SQLite files on disk. The file holds no secret, port or state directory: those
 * come from the environment and the command line (workerd.ts).
 */
import { PROVIDER_SLUGS, providerOf } from "../../worker/providers/registry.ts";
import { DISKS } from "./state.ts";

/** The service that `--socket-addr` names. */
export const SOCKET = "http";

/**
 * Whom the Worker may call. workerd filters the addresses that a name resolves to, so that no credential's origin
 * reaches into the network it runs in.
 */
export const CONFIGS = { publicOnly: "publicUpstreams", withPrivate: "allUpstreams" } as const;

/** Operators' provider keys. */
const PROVIDER_KEYS: readonly string[] = PROVIDER_SLUGS.flatMap((slug) => providerOf(slug)?.operatorKey ?? []);

/** What an operator may set besides the secrets that every instance has; each reaches the Worker, wherever it runs. */
const OPTIONAL_SETTINGS: readonly string[] = [
  "METERR_ALLOW_PRIVATE_UPSTREAMS",
  "METERR_EMAIL_URL",
  "METERR_EMAIL_TOKEN",
  "METERR_EMAIL_FROM",
  "METERR_SIGN_UP",
  "METERR_PUBLIC_URL",
  "METERR_GITHUB_CLIENT_ID",
  "METERR_GITHUB_CLIENT_SECRET",
  "METERR_GOOGLE_CLIENT_ID",
  "METERR_GOOGLE_CLIENT_SECRET",
  ...PROVIDER_KEYS,
];

const FROM_ENVIRONMENT = ["METERR_ADMIN_TOKEN", "METERR_MASTER_KEY", ...OPTIONAL_SETTINGS];

/** Those of the optional settings that `env` has; empty ones are unset. */
export function optionalSettings(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(OPTIONAL_SETTINGS.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}

/** The service of a writable directory, which `--directory-path` names. */
export function diskService(disk: (typeof DISKS)[number]): string {
  return `${disk}-disk`;
}

export interface Bundle {
  /** The main module. */
  entry: string;
  /** All modules, relative to `dist/worker`. */
  modules: string[];
}

/** What `wrangler.toml` says that holds for workerd too. */
export interface Runtime {
  compatibilityDate: string;
  compatibilityFlags: string[];
  crons: string[];
}

/** Reads the three lines of `wrangler.toml`'s text that are shared. */
export function readRuntime(toml: string): Runtime {
  const value = (name: string): unknown => {
    const text = toml.match(new RegExp(`^${name} = (.+)$`, "m"))?.[1];
    if (text === undefined) throw new Error(`wrangler.toml has no ${name}`);
    return JSON.parse(text);
  };
  return {
    compatibilityDate: value("compatibility_date") as string,
    compatibilityFlags: value("compatibility_flags") as string[],
    crons: value("crons") as string[],
  };
}

/** How one binary serves, without a file beside it (build-standalone.ts). */
export interface Standalone {
  /** Files of the dashboard, relative to `dist/web`. */
  files: readonly string[];
  /** Where the state is, unless the command line says otherwise. */
  state: string;
  address: string;
}

/** The Cap'n Proto text of the configuration that is compiled into a binary; `standalone-assets.js` is beside it. */
export function standaloneConfig(bundle: Bundle, runtime: Runtime, standalone: Standalone): string {
  const { compatibilityDate } = runtime;
  const modules = standalone.files.map((file) => `    (name = "web/${file}", data = embed "web/${file}"),`);
  return [
    `using Workerd = import "/workerd/workerd.capnp";`,
    ...[
      { name: CONFIGS.publicOnly, allow: ["public"] },
      { name: CONFIGS.withPrivate, allow: ["public", "private"] },
    ].map(
      ({ name, allow }) => `const ${name} :Workerd.Config = (
  sockets = [(name = "${SOCKET}", address = "${standalone.address}", http = (), service = "main")],
  services = [
${services(allow)}
    (name = "assets", worker = .assetWorker),
${DISKS.map((disk) => `    (name = "${diskService(disk)}", disk = (path = "${standalone.state}/${disk}", writable = true)),`).join("\n")}
  ],
);`,
    ),
    `const assetWorker :Workerd.Worker = (
  compatibilityDate = "${compatibilityDate}",
  modules = [
    (name = "assets.js", esModule = embed "standalone-assets.js"),
${modules.join("\n")}
  ],
);`,
    mainWorker(bundle, runtime),
    helpers(runtime),
  ].join("\n\n");
}

/** What every configuration has: the network, our Worker, and those that workerd brings along. */
const services = (allow: readonly string[]): string =>
  `    (name = "internet", network = (allow = ${JSON.stringify(allow)}, tlsOptions = (trustBrowserCas = true))),
    (name = "main", worker = .mainWorker),
    (name = "kv", worker = .kvWorker),
    (name = "d1", worker = .d1Worker),
    (name = "cron", worker = .cronWorker),`;

/** The sockets and services beside the first, each an isolate of its own on a free port; `edges` counts the first in. */
export const furtherEdges = (edges: number): string[] => Array.from({ length: edges - 1 }, (_, n) => `edge${n + 2}`);

/**
 * The Cap'n Proto text of a configuration beside `worker/`, as `dist/workerd.capnp` is. With more than one of `edges`,
 * isolates share the ledgers and databases of the first, as they do on Cloudflare: for tests.
 */
export function workerdConfig(bundle: Bundle, runtime: Runtime, edges = 1): string {
  const further = furtherEdges(edges);
  return [
    `using Workerd = import "/workerd/workerd.capnp";`,
    config(CONFIGS.publicOnly, ["public"], { ...runtime, further }),
    config(CONFIGS.withPrivate, ["public", "private"], { ...runtime, further }),
    mainWorker(bundle, runtime),
    ...(further.length > 0 ? [edgeWorker(bundle, runtime)] : []),
    helpers(runtime),
  ].join("\n\n");
}

function config(
  name: string,
  allow: string[],
  { compatibilityDate, further }: Runtime & { further: string[] },
): string {
  const sockets = further.map(
    (edge) => `, (name = "${edge}", address = "127.0.0.1:0", http = (), service = "${edge}")`,
  );
  const edges = further.map((edge) => `    (name = "${edge}", worker = .edgeWorker),\n`);
  return `const ${name} :Workerd.Config = (
  sockets = [(name = "${SOCKET}", http = (), service = "main")${sockets.join("")}],
  services = [
${services(allow)}
${edges.join("")}    (name = "assets", assets = (
      path = "dist/web",
      compatibilityDate = "${compatibilityDate}",
      config = "{\\"html_handling\\": \\"none\\"}",
    )),
${DISKS.map((disk) => `    (name = "${diskService(disk)}", disk = (writable = true)),`).join("\n")}
  ],
);`;
}

function mainWorker(bundle: Bundle, runtime: Runtime): string {
  return `const mainWorker :Workerd.Worker = (
${codeOf(bundle, runtime)}
  durableObjectNamespaces = [
    (className = "Ledger", uniqueKey = "meterr-ledger", enableSql = true),
    (className = "Drain", uniqueKey = "meterr-drain", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "${diskService("do")}"),
${bindings((className) => `"${className}"`)}
);`;
}

/** Serves as `main` does, from an isolate of its own; the Durable Objects run in `main`. */
function edgeWorker(bundle: Bundle, runtime: Runtime): string {
  return `const edgeWorker :Workerd.Worker = (
${codeOf(bundle, runtime)}
${bindings((className) => `(className = "${className}", serviceName = "main")`)}
);`;
}

function codeOf({ entry, modules }: Bundle, { compatibilityDate, compatibilityFlags }: Runtime): string {
  const ordered = [entry, ...modules.filter((module) => module !== entry)];
  return `  compatibilityDate = "${compatibilityDate}",
  compatibilityFlags = ${JSON.stringify(compatibilityFlags)},
  modules = [
${ordered.map((module) => `    (name = "${module}", esModule = embed "worker/${module}"),`).join("\n")}
  ],`;
}

function bindings(objectsOf: (className: string) => string): string {
  return `  bindings = [
    (name = "LEDGER", durableObjectNamespace = ${objectsOf("Ledger")}),
    (name = "DRAIN", durableObjectNamespace = ${objectsOf("Drain")}),
    (name = "CACHE", kvNamespace = (name = "kv", props = (json = "{\\"namespace\\": \\"cache\\"}"))),
    (name = "ARCHIVE_DISK", service = "${diskService("archive")}"),
    (name = "DB", wrapped = (
      moduleName = "cloudflare-internal:d1-api",
      innerBindings = [
        (name = "fetcher", service = (name = "d1", props = (json = "{\\"database\\": \\"meterr\\"}"))),
      ],
    )),
    (name = "ASSETS", service = (name = "assets", entrypoint = "AssetWorker")),
${FROM_ENVIRONMENT.map((name) => `    (name = "${name}", fromEnvironment = "${name}"),`).join("\n")}
  ],`;
}

/** The Workers that workerd brings along. Their `uniqueKey`s say where their data lies: to change one is to lose it. */
function helpers({ compatibilityDate, crons }: Runtime): string {
  return `const kvWorker :Workerd.Worker = (
  compatibilityDate = "${compatibilityDate}",
  modules = [(name = "kv.js", bundled = "/workerd/kv.js")],
  durableObjectNamespaces = [(className = "KVNamespace", uniqueKey = "meterr-kv", enableSql = true)],
  durableObjectStorage = (localDisk = "${diskService("kv")}"),
  bindings = [(name = "SHARD", durableObjectNamespace = "KVNamespace"), (name = "BLOBS", service = "${diskService("blobs")}")],
);

const d1Worker :Workerd.Worker = (
  compatibilityDate = "${compatibilityDate}",
  modules = [(name = "d1.js", bundled = "/workerd/d1.js")],
  durableObjectNamespaces = [(className = "D1Database", uniqueKey = "meterr-d1", enableSql = true)],
  durableObjectStorage = (localDisk = "${diskService("d1")}"),
  bindings = [(name = "DATABASE", durableObjectNamespace = "D1Database")],
);

const cronWorker :Workerd.Worker = (
  compatibilityDate = "${compatibilityDate}",
  compatibilityFlags = ["service_binding_extra_handlers"],
  modules = [(name = "cron.js", bundled = "/workerd/cron.js")],
  durableObjectNamespaces = [(className = "Schedule", uniqueKey = "meterr-cron", enableSql = true)],
  durableObjectStorage = (localDisk = "${diskService("cron")}"),
  bindings = [
    (name = "SCHEDULE", durableObjectNamespace = "Schedule"),
    (name = "CRONS", json = ${JSON.stringify(JSON.stringify({ main: crons }))}),
    (name = "main", service = "main"),
  ],
);
`;
}
