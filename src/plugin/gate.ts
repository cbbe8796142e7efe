/**
 * What stands between one guest and the host: whether the guest may call out now, and what has ended it. Every host
 * function that a guest gets is guarded here, and every call into a guest from outside goes through `run`.
 *
 * The surprising part: WebAssembly code with a catch_all holds exceptions of the host, so an exception alone does not
 * end a guest. What left a host function as an exception is remembered; from then on every call out throws it again,
 * and it is what the outermost call throws, however the guest goes on. The machine's own traps no guest can catch.
 */
import { GATE_ENDED, GATE_OPEN, GATE_SHUT } from './gate-states.ts';
import { type CoreFunction, Trap } from './guest.ts';

export class Gate {
  /** One of GATE_*: the adapters, which are WebAssembly, ask it at every call. */
  readonly global: WebAssembly.Global<'i32'> = new WebAssembly.Global({ value: 'i32', mutable: true }, GATE_OPEN);
  #cause: unknown;

  get isShut(): boolean {
    return this.global.value === GATE_SHUT;
  }

  /** Ends the guest, unless something has already. @returns what it was ended with first */
  end(cause: unknown): unknown {
    if (this.global.value !== GATE_ENDED) {
      this.#cause = cause;
      this.global.value = GATE_ENDED;
    }
    return this.#cause;
  }

  throwIfEnded(): void {
    if (this.global.value === GATE_ENDED) throw this.#cause;
  }

  /** A host function as the guest is given it. It may be called while the gate is shut, but not after the end. */
  guard(run: CoreFunction): CoreFunction {
    const call = run as (...values: unknown[]) => unknown;
    return (...values: unknown[]) => {
      this.throwIfEnded();
      try {
        return call(...values);
      } catch (error) {
        throw this.end(error);
      }
    };
  }

  /** The same for a function that must not be called while the gate is shut. @param name for the message */
  guardOutside(name: string, run: CoreFunction): CoreFunction {
    const call = run as (...values: unknown[]) => unknown;
    return (...values: unknown[]) => {
      this.throwIfEnded();
      try {
        if (this.isShut) throw new Trap(`${name} is called from inside realloc or post-return`);
        return call(...values);
      } catch (error) {
        throw this.end(error);
      }
    };
  }

  /**
   * A call into the guest from outside. @throws what ended the guest, also when the call returned as if nothing were
   */
  run<R>(call: () => R): R {
    let result: R;
    try {
      result = call();
    } catch (error) {
      throw this.end(error);
    }
    this.throwIfEnded();
    // Only an exception of the guest's own, caught by itself behind the host's back, leaves the gate like that.
    if (this.isShut) throw this.end(new Trap('it left its allocator or post-return function by an exception'));
    return result;
  }

  /** Calls a function of the guest that must not call out. A failure leaves the gate shut. */
  shut<R>(call: () => R): R {
    this.global.value = GATE_SHUT;
    const result = call();
    this.throwIfEnded();
    this.global.value = GATE_OPEN;
    return result;
  }
}
