/** Builds the landing page and the dashboard into `dist/web`: the Worker serves them as static assets. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Where `npm run dev` reaches the Worker; `METERR_DEV_WORKER` names another place. */
const worker = process.env.METERR_DEV_WORKER ?? "http://127.0.0.1:8788";

/**
 * A chosen theme has to be in force before the first paint, and the CSP allows no inline script: so
 * `src/theme-boot.js` becomes a hashed classic script in the head.
 */
function themeBoot(): Plugin {
  const source = readFileSync(here("./src/theme-boot.js"), "utf8");
  let served = "/src/theme-boot.js";
  return {
    name: "meterr:theme-boot",
    transformIndexHtml: {
      order: "post",
      handler(_html, context) {
        if (context.filename.endsWith("web/index.html")) return [];
        if (context.bundle) {
          const boot = Object.values(context.bundle).find(
            (file) => file.type === "asset" && file.names.includes("theme-boot.js"),
          );
          if (boot) served = `/${boot.fileName}`;
        }
        return [{ tag: "script", attrs: { src: served }, injectTo: "head-prepend" }];
      },
    },
    buildStart() {
      if (this.meta.watchMode === false || process.env.NODE_ENV === "production") {
        this.emitFile({ type: "asset", name: "theme-boot.js", source });
      }
    },
  };
}

/** Letters come beside what sets them, not after it: else the first words are drawn twice, and move. */
function fontPreload(): Plugin {
  return {
    name: "meterr:font-preload",
    transformIndexHtml: {
      order: "post",
      handler(_html, context) {
        const font = Object.values(context.bundle ?? {}).find(
          (file) => file.type === "asset" && file.names.includes("inter-latin-wght-normal.woff2"),
        );
        if (!font) return [];
        const attrs = { rel: "preload", as: "font", type: "font/woff2", crossorigin: true, href: `/${font.fileName}` };
        return [{ tag: "link", attrs, injectTo: "head" }];
      },
    },
  };
}

/** In development `/app/anything` is the dashboard's page, as the Worker does in production. */
function appFallback(): Plugin {
  return {
    name: "meterr:app-fallback",
    configureServer(server) {
      server.middlewares.use((request, _response, next) => {
        if (/^\/app(\/|\?|$)/.test(request.url ?? "") && !/\.\w+(\?|$)/.test(request.url ?? ""))
          request.url = "/app/index.html";
        next();
      });
    },
  };
}

/**
 * What every page starts with is one file, charts are one, and so are the small parts that pages share: a file for each set of
 * pages that share something were thirty requests, of some hundred bytes most of them, before the first page could be drawn.
 */
const CHUNKS = [
  // Code alone: in one sheet, the landing page's styles would be the dashboard's, too.
  { name: "base", tags: ["$initial"], test: /\.[cm]?[jt]sx?$/, priority: 2 },
  {
    name: "charts",
    test: /node_modules[\\/](?:@visx|d3-)|components[\\/]ui[\\/](?:stacked-bars|burn-down|sparkline|chart-tip)|lib[\\/]use-width/,
    priority: 1,
  },
  // But those that bring a library along: dialogs, menus, long tables.
  {
    name: "common",
    test: /src[\\/](?:lib|api|components[\\/]ui)[\\/](?!code-block|dialog|popover|search-input|secret|tabs|virtual)|lucide-react/,
    minShareCount: 2,
  },
];

export default defineConfig({
  root: here("."),
  plugins: [react(), tailwindcss(), themeBoot(), fontPreload(), appFallback()],
  build: {
    outDir: here("../dist/web"),
    emptyOutDir: true,
    // light-dark(), :has(), popover: what the dashboard stands on. Older browsers get nothing polyfilled.
    target: ["chrome123", "firefox125", "safari17.5"],
    // Inlined assets would be `data:` URLs, which the CSP refuses for fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { landing: here("./index.html"), app: here("./app/index.html") },
      output: { codeSplitting: { groups: CHUNKS } },
    },
  },
  server: {
    proxy: { "/api": { target: worker, ws: true }, "/healthz": worker },
  },
});
