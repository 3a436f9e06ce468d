/** What the start command asks of the running system, as its operator. */

export interface Bootstrapped {
  tenant: { id: string; name: string };
  /** Works once. */
  signInUrl: string;
  /** Null where none was asked for. */
  testKey: string | null;
}

/** Migrations, the first tenant, a sign-in link and, where asked for, a sandbox key. */
export async function bootstrap(url: string, adminToken: string, needKey: boolean): Promise<Bootstrapped> {
  const response = await fetch(`${url}/api/v1/operator/bootstrap`, {
    method: "POST",
    headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
    body: JSON.stringify({ need_key: needKey }),
  });
  if (!response.ok) throw new Error(`The bootstrap was answered with ${response.status}: ${await response.text()}`);
  const { tenant, sign_in_url, test_key } = (await response.json()) as {
    tenant: Bootstrapped["tenant"];
    sign_in_url: string;
    test_key: string | null;
  };
  return { tenant, signInUrl: sign_in_url, testKey: test_key };
}

/** Resolves once the system answers. */
export async function waitTillHealthy(url: string, timeoutSeconds: number): Promise<void> {
  const deadline = performance.now() + timeoutSeconds * 1000;
  for (;;) {
    const response = await fetch(`${url}/healthz`).catch(() => null);
    if (response?.ok) return;
    if (performance.now() > deadline) {
      throw new Error(`${url}/healthz did not answer in ${timeoutSeconds} s (last: ${response?.status ?? "none"})`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** True once no request runs and all are settled; false where the system cannot tell. */
export async function drained(url: string, adminToken: string): Promise<boolean> {
  const response = await fetch(`${url}/api/v1/operator/drain`, {
    method: "POST",
    headers: { authorization: `Bearer ${adminToken}` },
  }).catch(() => null);
  return response?.ok === true;
}
