/** An element of a list, and a function that shows another state of its item. */
export interface KeyedElement<T> {
  root: Element
  update: (item: T) => void
}

/** Child elements of a parent, one for each item. An item keeps its element while it is shown, so that focus stays too. */
export class KeyedList<T> {
  readonly #parent: Element
  readonly #make: (item: T) => KeyedElement<T>
  readonly #elements = new Map<string, KeyedElement<T>>()

  /** @param before number of other children of the parent, all of which come before these */
  constructor(
    parent: Element,
    make: (item: T) => KeyedElement<T>,
    readonly before = 0,
  ) {
    this.#parent = parent
    this.#make = make
  }

  show(items: readonly T[], keyOf: (item: T) => string): void {
    const keys = new Set(items.map(keyOf))
    for (const [key, { root }] of this.#elements) {
      if (keys.has(key)) continue
      root.remove()
      this.#elements.delete(key)
    }
    items.forEach((item, index) => {
      const element = this.#elements.get(keyOf(item)) ?? this.#make(item)
      this.#elements.set(keyOf(item), element)
      element.update(item)
      const present = this.#parent.children.item(this.before + index)
      if (present !== element.root) this.#parent.insertBefore(element.root, present)
    })
  }
}
