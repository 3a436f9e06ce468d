/** Which target a model's name means: `provider/model`, or the bare name of a model that one provider or several have. */
import { sellersOf } from "../../pricing/index.ts";
import { makerOf } from "../../providers/makers.ts";
import { providerOf } from "../../providers/registry.ts";
import { sandboxModel } from "../../providers/sandbox/index.ts";
import type { Target } from "../../routing/targets.ts";

export interface Naming {
  /** As the client wrote it. */
  name: string;
  /** Where a model that nobody is known to have is asked for. */
  family: string;
  /** Slugs of providers that the tenant added itself. */
  own: ReadonlySet<string>;
  /** Whether there is a credential for the provider. */
  has(provider: string): boolean;
  /** Milliseconds since the epoch: the catalogue changes. */
  now: number;
}

/** The target that the name means. */
export function targetOf(naming: Naming): Target {
  return providerNamed(naming) ?? { provider: sellerOf(naming), model: naming.name };
}

/** Whether the name says who has the model, or somebody is known to have it. */
export function isKnownName(naming: Naming): boolean {
  if (providerNamed(naming)) return true;
  const model = sandboxModel(naming.name);
  return makerOf(model) !== null || sellersOf(model, naming.now).length > 0;
}

function providerNamed({ name, own }: Naming): Target | null {
  const slash = name.indexOf("/");
  const provider = name.slice(0, Math.max(slash, 0));
  const isProvider = provider !== "" && (providerOf(provider) || own.has(provider));
  return isProvider ? { provider, model: name.slice(slash + 1) } : null;
}

/** The maker, where there is a credential for it; else whoever sells the model and has one; else the maker all the same. */
function sellerOf({ name, family, has, now }: Naming): string {
  const model = sandboxModel(name);
  const maker = makerOf(model);
  if (maker !== null && has(maker)) return maker;
  const sellers = sellersOf(model, now).filter((slug) => providerOf(slug));
  return sellers.find(has) ?? maker ?? sellers[0] ?? family;
}
