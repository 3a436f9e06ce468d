/**
 * The part of the web's streams that the provider packages use, as plain objects. The runtime's own cost about 25 µs a hop and
 * chunk, and the packages pass each event through six of them: `scripts/build-worker.ts` gives them these instead. Nothing here
 * reaches a socket: at one end stands the runtime's reader, at the other whoever reads the parts.
 *
 * What a source gives goes through all transforms at once, in the call that gave it, and waits at the end of them; a transform
 * that is asynchronous holds up what comes after it. The source is asked again once somebody waits at an end that has nothing.
 */
import { Flow } from "./light-flow.ts";

export type Result<T> = { done: false; value: T } | { done: true; value: undefined };

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

/** Where a stream's values go that nobody reads from it. */
interface Sink<T> {
  push(value: T): void;
  end(how: End): void;
}

type End = "closed" | { cause: unknown };

const DONE = { done: true, value: undefined } as const;

interface Waiting<T> {
  resolve(result: Result<T>): void;
  reject(cause: unknown): void;
}

class LightReadableStream<T> {
  readonly #queue: T[] = [];
  readonly #waiting: Waiting<T>[] = [];
  readonly #flow: Flow;
  readonly #cancel: (reason?: unknown) => unknown;
  #sink: Sink<T> | null = null;
  #end: "open" | End = "open";
  #isAsking = false;

  /** `flow`: of the source that this stream's values come from, where it has none of its own. */
  constructor(source: Source<T> = {}, flow: Flow | null = null) {
    const controller: Controller<T> = {
      enqueue: (value) => this.#enqueue(value),
      close: () => this.#finish("closed"),
      terminate: () => this.#finish("closed"),
      error: (cause) => this.#finish({ cause }),
      desiredSize: 1,
    };
    this.#flow = flow ?? new Flow(source.pull ? () => source.pull?.(controller) : null, controller.error);
    this.#cancel = (reason) => source.cancel?.(reason);
    source.start?.(controller);
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
    await this.#cancel(reason);
  }

  pipeThrough<O>(transform: LightTransformStream<T, O>): LightReadableStream<O> {
    const to = transform.connect(this.#flow, (reason) => this.cancel(reason));
    this.#give(to.sink);
    return to.readable;
  }

  /** Both read all of it; what one of them has cancelled is kept for the other alone. */
  tee(): [LightReadableStream<T>, LightReadableStream<T>] {
    const open = new Set<Controller<T>>();
    const branch = () => {
      let own: Controller<T>;
      return new LightReadableStream<T>(
        {
          start: (controller) => {
            own = controller;
            open.add(controller);
          },
          cancel: (reason) => {
            open.delete(own);
            return open.size === 0 ? this.cancel(reason) : undefined;
          },
        },
        this.#flow,
      );
    };
    const branches: [LightReadableStream<T>, LightReadableStream<T>] = [branch(), branch()];
    this.#give({
      push: (value) => {
        for (const one of open) one.enqueue(value);
      },
      end: (how) => {
        for (const one of open) how === "closed" ? one.close() : one.error(how.cause);
      },
    });
    return branches;
  }

  #give(sink: Sink<T>): void {
    this.#sink = sink;
    for (const value of this.#queue.splice(0)) sink.push(value);
    if (this.#end !== "open") sink.end(this.#end);
  }

  #read(): Promise<Result<T>> {
    if (this.#queue.length > 0) return Promise.resolve({ done: false, value: this.#queue.shift() as T });
    if (this.#end === "closed") return Promise.resolve(DONE);
    if (this.#end !== "open") return Promise.reject(this.#end.cause);
    const { promise, resolve, reject } = Promise.withResolvers<Result<T>>();
    this.#waiting.push({ resolve, reject });
    if (!this.#isAsking) void this.#ask();
    return promise;
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    while (this.#waiting.length > 0 && this.#end === "open" && this.#flow.canAdvance) await this.#flow.advance();
    this.#isAsking = false;
  }

  #enqueue(value: T): void {
    if (this.#end !== "open") return;
    const next = this.#waiting.shift();
    if (this.#sink) this.#sink.push(value);
    else if (next) next.resolve({ done: false, value });
    else this.#queue.push(value);
  }

  #finish(end: End): void {
    if (this.#end !== "open") return;
    this.#end = end;
    this.#sink?.end(end);
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
  readonly #transformer: Transformer<I, O>;

  constructor(transformer: Transformer<I, O> = {}) {
    this.#transformer = transformer;
  }

  /** Where what is piped through it goes in, and where it comes out. `cancel` ends what is piped. */
  connect(flow: Flow, cancel: (reason?: unknown) => unknown): { sink: Sink<I>; readable: LightReadableStream<O> } {
    const transformer = this.#transformer;
    let to: Controller<O> | null = null;
    const readable = new LightReadableStream<O>(
      {
        start: (controller) => {
          to = controller;
          transformer.start?.(controller);
        },
        cancel,
      },
      flow,
    );
    const controller = to as unknown as Controller<O>;
    const inTurn = flow.turns((cause) => {
      controller.error(cause);
      void cancel(cause);
    });
    return {
      readable,
      sink: {
        push: (value) => inTurn(() => transformer.transform?.(value, controller)),
        end: (how) => {
          if (how !== "closed") return inTurn(() => controller.error(how.cause));
          inTurn(() => transformer.flush?.(controller));
          inTurn(() => controller.close());
        },
      },
    };
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
