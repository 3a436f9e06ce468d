/** Small things that this browser remembers. A blocked or full storage forgets; nothing breaks. */

/** The value stored under `meterr.<name>`, or null. */
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(`meterr.${name}`);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`meterr.${name}`, value);
  } catch {
    // Nothing depends on it.
  }
}
