/** What strategies last said they look at: the material of "why no trade?". A view: it decides nothing and is not hashed. */

export interface Shown {
  value: number
  threshold: number
}

export class ShownValues {
  readonly #byKey: Map<number, Map<string, Shown>> = new Map()

  show(key: number, name: string, value: number, threshold: number): void {
    let names = this.#byKey.get(key)
    if (names === undefined) {
      names = new Map()
      this.#byKey.set(key, names)
    }
    const known = names.get(name)
    if (known === undefined) names.set(name, { value, threshold })
    else {
      known.value = value
      known.threshold = threshold
    }
  }

  /** Names and values of one key (strategy times instruments plus instrument), as last shown. */
  of(key: number): ReadonlyMap<string, Readonly<Shown>> {
    return this.#byKey.get(key) ?? new Map()
  }
}
