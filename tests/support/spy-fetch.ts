/** What an unmodified SDK sends and gets: its `fetch` is the global one, with somebody listening. */

export interface Overheard {
  url: string;
  headers: Headers;
  /** The body's bytes as they are sent. */
  sent: Promise<Uint8Array>;
  status: number;
  responseHeaders: Headers;
  /** The bytes of the answer, once it has ended. */
  got: Promise<Uint8Array>;
}

export interface Spy {
  /** The latest exchange. */
  last(): Overheard;
  count(): number;
  /** Puts the real `fetch` back. */
  stop(): void;
}

/** Listens to every `fetch` of this process until it is stopped. */
export function spyOnFetch(): Spy {
  const real = globalThis.fetch;
  const heard: Overheard[] = [];
  globalThis.fetch = async (input, init) => {
    // As a request it is serialized once: a form keeps the boundary that is seen here.
    const request = new Request(input, init);
    const sent = bytesOf(request.clone());
    const response = await real(request);
    heard.push({
      url: request.url,
      headers: request.headers,
      sent,
      status: response.status,
      responseHeaders: response.headers,
      got: bytesOf(response.clone()),
    });
    return response;
  };
  return {
    last: () => {
      const overheard = heard.at(-1);
      if (!overheard) throw new Error("nothing was fetched");
      return overheard;
    },
    count: () => heard.length,
    stop: () => {
      globalThis.fetch = real;
    },
  };
}

async function bytesOf(message: Request | Response): Promise<Uint8Array> {
  return new Uint8Array(await message.arrayBuffer());
}
