/**
 * The part of the web's streams that the provider packages use, as plain objects. The runtime's own cost about 25 µs a hop and
 * chunk, and the packages pass each event through six of them: `scripts/build-worker.ts` gives them these instead. Nothing here
 * reaches a socket: at one end stands the runtime's reader, at the other whoever reads the parts.
 */

type Result<T> = { done: false; value: T } | { done: true; value: undefined };

/** What a source or a transformer writes to. */
export interface Controller<T> {
  enqueue(value: T): void;
  close(): void;
  error(cause: unknown): void;
  terminate(): void;
  readonly desiredSize: number;
}

interface Source<T> {
  start?(controller: Controller<T>): unknown;
  pull?(controller: Controller<T>): unknown;
  cancel?(reason?: unknown): unknown;
}

export interface Reader<T> {
  read(): Promise<Result<T>>;
  cancel(reason?: unknown): Promise<void>;
  releaseLock(): void;
}

const DONE = { done: true, value: undefined } as const;

interface Waiting<T> {
  resolve(result: Result<T>): void;
  reject(cause: unknown): void;
}

/** Pulls when somebody reads, and no sooner. */
class LightReadableStream<T> {
  readonly #queue: T[] = [];
  readonly #waiting: Waiting<T>[] = [];
  readonly #source: Source<T>;
  readonly #controller: Controller<T>;
  #end: "open" | "closed" | { cause: unknown } = "open";
  #isPulling = false;

  constructor(source: Source<T> = {}) {
    this.#source = source;
    this.#controller = {
      enqueue: (value) => this.#enqueue(value),
      close: () => this.#finish("closed"),
      terminate: () => this.#finish("closed"),
      error: (cause) => this.#finish({ cause }),
      desiredSize: 1,
    };
    source.start?.(this.#controller);
  }

  getReader(): Reader<T> {
    return {
      read: () => this.#read(),
      cancel: (reason) => this.cancel(reason),
      releaseLock: () => {},
    };
  }

  async cancel(reason?: unknown): Promise<void> {
    if (this.#end !== "open") return;
    this.#queue.length = 0;
    this.#finish("closed");
    await this.#source.cancel?.(reason);
  }

  pipeThrough<O>(transform: LightTransformStream<T, O>): LightReadableStream<O> {
    transform.from(this);
    return transform.readable;
  }

  /** Both read all of it; what one of them has cancelled is kept for the other alone. */
  tee(): [LightReadableStream<T>, LightReadableStream<T>] {
    const reader = this.getReader();
    const open = new Set<Controller<T>>();
    const pull = async () => {
      try {
        const { done, value } = await reader.read();
        for (const branch of open) done ? branch.close() : branch.enqueue(value);
      } catch (cause) {
        for (const branch of open) branch.error(cause);
      }
    };
    const branch = () => {
      let own: Controller<T>;
      return new LightReadableStream<T>({
        start(controller) {
          own = controller;
          open.add(controller);
        },
        pull,
        cancel(reason) {
          open.delete(own);
          return open.size === 0 ? reader.cancel(reason) : undefined;
        },
      });
    };
    return [branch(), branch()];
  }

  #read(): Promise<Result<T>> {
    if (this.#queue.length > 0) return Promise.resolve({ done: false, value: this.#queue.shift() as T });
    if (this.#end === "closed") return Promise.resolve(DONE);
    if (this.#end !== "open") return Promise.reject(this.#end.cause);
    const { promise, resolve, reject } = Promise.withResolvers<Result<T>>();
    this.#waiting.push({ resolve, reject });
    if (!this.#isPulling) void this.#pull();
    return promise;
  }

  async #pull(): Promise<void> {
    if (!this.#source.pull) return;
    this.#isPulling = true;
    try {
      while (this.#waiting.length > 0 && this.#end === "open") await this.#source.pull(this.#controller);
    } catch (cause) {
      this.#finish({ cause });
    } finally {
      this.#isPulling = false;
    }
  }

  #enqueue(value: T): void {
    if (this.#end !== "open") return;
    const next = this.#waiting.shift();
    if (next) next.resolve({ done: false, value });
    else this.#queue.push(value);
  }

  #finish(end: "closed" | { cause: unknown }): void {
    if (this.#end !== "open") return;
    this.#end = end;
    for (const { resolve, reject } of this.#waiting.splice(0)) {
      if (end === "closed") resolve(DONE);
      else reject(end.cause);
    }
  }
}

interface Transformer<I, O> {
  start?(controller: Controller<O>): unknown;
  transform?(value: I, controller: Controller<O>): unknown;
  flush?(controller: Controller<O>): unknown;
}

class LightTransformStream<I, O> {
  readonly readable: LightReadableStream<O>;
  #from: Reader<I> | null = null;

  constructor(transformer: Transformer<I, O> = {}) {
    this.readable = new LightReadableStream<O>({
      start: (controller) => transformer.start?.(controller),
      pull: async (controller) => {
        if (!this.#from) throw new TypeError("a transform reads what is piped through it");
        const { done, value } = await this.#from.read();
        if (done) {
          await transformer.flush?.(controller);
          controller.close();
        } else await transformer.transform?.(value, controller);
      },
      cancel: (reason) => this.#from?.cancel(reason),
    });
  }

  from(source: LightReadableStream<I>): void {
    this.#from = source.getReader();
  }
}

class LightTextDecoderStream extends LightTransformStream<Uint8Array, string> {
  constructor() {
    const decoder = new TextDecoder("utf-8");
    super({
      transform: (chunk, controller) => {
        const text = decoder.decode(chunk, { stream: true });
        if (text !== "") controller.enqueue(text);
      },
      flush: (controller) => {
        const text = decoder.decode();
        if (text !== "") controller.enqueue(text);
      },
    });
  }
}

/** By the names of those that they stand for. */
export {
  LightReadableStream as ReadableStream,
  LightTextDecoderStream as TextDecoderStream,
  LightTransformStream as TransformStream,
};
