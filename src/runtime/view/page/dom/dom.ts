/** The element of the page with that id. */
export const byId = (id: string): HTMLElement => within(document, `#${id}`, HTMLElement)

/** The first element in `parent` that the selector finds; the page's own, so it is there and is what it is taken for. */
export function within<E extends Element>(parent: ParentNode, selector: string, type: new () => E): E {
  const found = parent.querySelector(selector)
  if (!(found instanceof type)) throw new Error(`the page has no ${selector}`)
  return found
}

/** A new element with a class, and in it other elements or text. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  if (className !== '') made.className = className
  made.append(...children)
  return made
}

/** Sets an element's text when it is another one, so that nothing is laid out anew without need. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text
}

export interface Kept<T> {
  root: Element
  update: (item: T) => void
}

/** Elements of a parent, one for each item: they stay the same as long as their item is there, so that focus stays too. */
export class Keeper<T> {
  readonly #parent: Element
  readonly #make: (item: T) => Kept<T>
  readonly #kept = new Map<string, Kept<T>>()

  /** @param before how many other children the parent has, all before these */
  constructor(
    parent: Element,
    make: (item: T) => Kept<T>,
    readonly before = 0,
  ) {
    this.#parent = parent
    this.#make = make
  }

  show(items: readonly T[], keyOf: (item: T) => string): void {
    const keys = new Set(items.map(keyOf))
    for (const [key, { root }] of this.#kept) {
      if (keys.has(key)) continue
      root.remove()
      this.#kept.delete(key)
    }
    items.forEach((item, index) => {
      const kept = this.#kept.get(keyOf(item)) ?? this.#make(item)
      this.#kept.set(keyOf(item), kept)
      kept.update(item)
      const place = this.#parent.children.item(this.before + index)
      if (place !== kept.root) this.#parent.insertBefore(kept.root, place)
    })
  }
}
