/** Memory on loan to a source for its next item. */
export interface Loan {
  bytes: Buffer
  /**
   * Ends the loan; to be called once. Afterwards the source must not touch the memory, which may be unmapped at any time.
   * @param complete whether the item was written in full
   */
  end: (complete: boolean) => void
}

/** Point at which a source asks for the memory of its next item. */
export interface ItemMemory {
  /**
   * Set by the stream while it can loan memory. A loan is valid until the source's next `next()`, or the end of the
   * stream. Undefined is given when there is no memory for so many bytes.
   */
  loan?: ((bytes: number) => Loan | undefined) | undefined
}

/** Property under which an iterable shows where its items are made; registered, so all copies of this module share it. */
export const ITEM_MEMORY = Symbol.for('daffi.itemMemory')

/** Iterable whose items are made in memory that a stream may loan. */
export interface MemoryAware {
  [ITEM_MEMORY]?: ItemMemory
}
