/** Memory that is lent for one item. */
export interface Lease {
  bytes: Buffer
  /** To be called once, when the source is done with it. After that it must not touch it: who lent it may unmap it at any time. */
  filled: (whole: boolean) => void
}

/** Where a source asks for the memory of its next item. */
export interface ItemMemory {
  /** Set by who takes the items, for as long as it has memory to lend. What it gives holds the item until the next one is asked for, or the stream is over. */
  lend?: ((bytes: number) => Lease | undefined) | undefined
}

const memories = new WeakMap<object, ItemMemory>()

/** Says where these items are made; whoever wraps them, and may keep them, has no part in it. */
export function makeIn<Items extends object>(memory: ItemMemory, items: Items): Items {
  memories.set(items, memory)
  return items
}

/** Undefined for items that are made elsewhere. */
export function memoryOf(items: object): ItemMemory | undefined {
  return memories.get(items)
}
