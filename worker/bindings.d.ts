/* eslint-disable */
// Generated from wrangler.toml by `npm run types`.
interface __BaseEnv_Bindings {
	CACHE: KVNamespace;
	ARCHIVE: R2Bucket;
	DB: D1Database;
	ASSETS: Fetcher;
	LEDGER: DurableObjectNamespace<import("./index").Ledger>;
	DRAIN: DurableObjectNamespace<import("./index").Drain>;
}
declare namespace Cloudflare {
	interface GlobalProps {
		durableNamespaces: "Ledger" | "Drain";
	}
	interface Env extends __BaseEnv_Bindings {}
}
interface Bindings extends __BaseEnv_Bindings {}
declare module "*.txt" {
	const value: string;
	export default value;
}
declare module "*.html" {
	const value: string;
	export default value;
}
declare module "*.sql" {
	const value: string;
	export default value;
}
declare module "*.bin" {
	const value: ArrayBuffer;
	export default value;
}
declare module "*.wasm" {
	const value: WebAssembly.Module;
	export default value;
}
declare module "*.wasm?module" {
	const value: WebAssembly.Module;
	export default value;
}