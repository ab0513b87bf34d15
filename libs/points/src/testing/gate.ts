/** Stands between a caller and a method: what comes through waits until it is opened. */
export interface Gate {
  /** Resolves when so many calls have arrived. */
  arrived(count: number): Promise<void>;
  open(): void;
}

/** Replaces a method by one that does its work and then keeps the answer until the gate opens. */
export function closeGate<Name extends string>(
  owner: Record<Name, (...args: never[]) => Promise<unknown>>,
  name: Name,
): Gate {
  const original = owner[name];
  const calls: Name[] = [];
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  owner[name] = async (...args: never[]) => {
    const answer = await original.apply(owner, args);
    calls.push(name);
    await opened;
    return answer;
  };
  return {
    arrived: async (count) => {
      while (calls.length < count) await new Promise((done) => setTimeout(done, 2));
    },
    open: () => {
      owner[name] = original;
      open();
    },
  };
}
