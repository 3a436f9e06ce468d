/** The API's reference as one page: made of the OpenAPI document, without scripts, fonts or anything from elsewhere. */
import { SECURITY_HEADERS } from "../core/security-headers.ts";
import type { OpenApi } from "./openapi.ts";

const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent);
  --soft: color-mix(in srgb, currentColor 6%, transparent); }
html { background: light-dark(#fff, #101418); color: light-dark(#16191d, #e6e9ed) }
* { box-sizing: border-box } a { color: light-dark(#0b4fc4, #9cc3ff) }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 68rem; padding: 1.5rem 1rem 6rem }
h1 { margin: 0 0 .25rem } h2 { margin: 3rem 0 .5rem; border-bottom: 1px solid var(--line); text-transform: capitalize }
code, pre { font: 14px/1.45 ui-monospace, monospace } pre { background: var(--soft); border-radius: .4rem;
  margin: .5rem 0; overflow-x: auto; padding: .75rem }
nav ul { columns: 12rem; list-style: none; padding: 0 }
article { border: 1px solid var(--line); border-radius: .5rem; margin: .75rem 0 } summary { cursor: pointer;
  padding: .6rem .75rem; overflow-wrap: anywhere }
summary b { display: inline-block; min-width: 4.5rem } article > details > div { padding: 0 .75rem .75rem }
table { border-collapse: collapse; width: 100% } th, td { border-bottom: 1px solid var(--line); padding: .3rem .5rem;
  text-align: left; vertical-align: top } .wide { overflow-x: auto }
`;

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (char) => ESCAPES[char] ?? char);
const inline = (text: string): string => escaped(text).replace(/`([^`]+)`/g, "<code>$1</code>");

/** A value of JSON; what refers to a schema is a link to it. */
const json = (value: unknown): string => {
  const text = escaped(JSON.stringify(value, null, 2));
  const linked = text.replace(/#\/components\/schemas\/(\w+)/g, '<a href="#schema-$1">$1</a>');
  return `<pre tabindex="0"><code>${linked}</code></pre>`;
};

type Operation = OpenApi["paths"][string][string];
interface Entry {
  method: string;
  path: string;
  operation: Operation;
}

/** Answers the page. */
export function reference(document: OpenApi): Response {
  const entries = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Entry => ({ method, path, operation })),
  );
  const groups = Map.groupBy(entries, ({ operation }) => operation.tags[0] ?? "");
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(document.info.title)}</title><link rel="icon" href="/favicon.svg" type="image/svg+xml"><style>${STYLE}</style></head><body>
<header><h1>${escaped(document.info.title)}</h1>
<p>Version ${escaped(document.info.version)}. ${inline(document.info.description)}</p>
<p>Send <code>Authorization: Bearer …</code> with the operator's token or a management token. For programs:
<a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1).</p></header>
<nav aria-label="Resources"><ul>${[...groups.keys()].map((tag) => `<li><a href="#${escaped(tag)}">${escaped(words(tag))}</a></li>`).join("")}<li><a href="#schemas">Schemas</a></li></ul></nav>
<main>${[...groups].map(([tag, group]) => section(tag, group)).join("")}
<section><h2 id="schemas">Schemas</h2>${Object.entries(document.components.schemas)
    .map(([name, schema]) => folded(`schema-${name}`, `<code>${escaped(name)}</code>`, json(schema)))
    .join("")}</section></main></body></html>`;
  return new Response(html, {
    headers: { ...SECURITY_HEADERS, "content-type": "text/html; charset=utf-8", "cache-control": "no-cache" },
  });
}

const words = (tag: string): string => tag.replaceAll("-", " ");

const folded = (id: string, head: string, body: string): string =>
  `<article id="${escaped(id)}"><details><summary>${head}</summary><div>${body}</div></details></article>`;

const section = (tag: string, group: readonly Entry[]): string =>
  `<section><h2 id="${escaped(tag)}">${escaped(words(tag))}</h2>${group.map(entry).join("")}</section>`;

function entry({ method, path, operation }: Entry): string {
  const { parameters, requestBody, responses } = operation;
  const head = `<b>${method.toUpperCase()}</b> <code>${escaped(path)}</code><br>${inline(operation.summary)}`;
  const body = Object.values(requestBody?.content ?? {}).map(
    ({ schema, example }) => `<h3>Body</h3>${example === undefined ? "" : json(example)}${json(schema)}`,
  );
  const answers = Object.entries(responses).map(([status, { description, content }]) => {
    const schemas = status === "200" ? Object.entries(content ?? {}) : [];
    const shown = schemas.map(([type, { schema }]) =>
      schema === undefined ? `<p><code>${escaped(type)}</code></p>` : json(schema),
    );
    return `<p><b>${status}</b> ${inline(description)}</p>${shown.join("")}`;
  });
  const text = `<p>${inline(operation.description)}</p>${parameters.length === 0 ? "" : table(parameters)}${body.join("")}<h3>Answers</h3>${answers.join("")}`;
  return folded(operation.operationId, head, text);
}

function table(parameters: Operation["parameters"]): string {
  const rows = parameters.map(
    ({ name, in: where, required, description = "", schema }) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${where}${required ? ", required" : ""}</td><td>${inline(description)}<code>${escaped(brief(schema))}</code></td></tr>`,
  );
  return `<div class="wide" tabindex="0" role="region" aria-label="Parameters"><table><thead><tr><th>Name</th><th>In</th><th>What</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

/** A parameter's schema in a line: patterns of dates are longer than they help. */
const brief = (schema: unknown): string =>
  JSON.stringify(schema, (key, value: unknown) => (key === "pattern" ? undefined : value));
