/** A shopping list. Its public methods are callbacks of one instance, which a node makes when it starts. */
export class ShoppingList {
  #items: string[] = []

  /** Puts an item on the list. */
  add_item(item: string): void {
    this.#items.push(item)
  }

  /** The articles on the list. */
  get_items(): string[] {
    return this.#items
  }

  /** Empties the list, and says how many items were on it. */
  clear_items(): number {
    return this.#items.splice(0).length
  }
}
