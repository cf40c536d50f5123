/** Shorter values are no secrets but words: searching for them finds anything. */
const SHORTEST = 8;

/** Everything secret that was issued or received, for tests to search logs and answers for. */
export class Secrets {
  readonly #values = new Set<string>();

  /** Keeps the secret and returns it. */
  add<T extends string>(secret: T): T {
    if (secret.length >= SHORTEST) this.#values.add(secret);
    return secret;
  }

  get values(): string[] {
    return [...this.#values];
  }
}
