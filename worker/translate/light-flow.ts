/** What the streams between a source and its ends have in common: when the source is asked, and what is still under way. */
export class Flow {
  readonly #pull: (() => unknown) | null;
  readonly #fail: (cause: unknown) => void;
  #advancing: Promise<void> | null = null;
  /** Transforms that are not done yet, and who waits for them. */
  #underWay = 0;
  #settled: (() => void) | null = null;

  /** `pull` makes the source give something; what it throws goes to `fail`. */
  constructor(pull: (() => unknown) | null, fail: (cause: unknown) => void) {
    this.#pull = pull;
    this.#fail = fail;
  }

  /** Whether there is anything to wait for: a source that is never asked gives of itself. */
  get canAdvance(): boolean {
    return this.#pull !== null || this.#underWay > 0;
  }

  /** Asks the source once, and waits until what it gave has gone through. Whoever asks meanwhile waits for the same. */
  advance(): Promise<void> {
    this.#advancing ??= this.#advance();
    return this.#advancing;
  }

  async #advance(): Promise<void> {
    // Something may be on its way: the source is asked for more only after it.
    if (this.#underWay === 0) {
      try {
        await this.#pull?.();
      } catch (cause) {
        this.#fail(cause);
      }
    }
    if (this.#underWay > 0) await new Promise<void>((resolve) => (this.#settled = resolve));
    this.#advancing = null;
  }

  /** Runs steps one after another: at once, but for those that come while one is not done. What one throws goes to `fail`. */
  turns(fail: (cause: unknown) => void): (step: () => unknown) => void {
    const waiting: (() => unknown)[] = [];
    let isBusy = false;
    const run = (step: () => unknown): void => {
      try {
        const result = step();
        if (!isThenable(result)) return;
        isBusy = true;
        this.#underWay++;
        result.then(next, (cause) => {
          fail(cause);
          next();
        });
      } catch (cause) {
        fail(cause);
      }
    };
    const next = () => {
      isBusy = false;
      for (let step = waiting.shift(); step; step = isBusy ? undefined : waiting.shift()) run(step);
      this.#underWay--;
      if (this.#underWay > 0) return;
      this.#settled?.();
      this.#settled = null;
    };
    return (step) => {
      if (isBusy) waiting.push(step);
      else run(step);
    };
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === "function";
