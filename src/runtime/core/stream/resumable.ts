/**
 * Property under which an iterable shows how a durable stream resumes it; registered, so all copies of this module share it.
 */
export const RESUME = Symbol.for('daffi.resume')

/**
 * Iterable that goes on where an earlier session of a durable stream was, instead of beginning again with item 0: a source
 * of new items, such as a camera, or one that can begin anywhere.
 */
export interface Resumable {
  /**
   * Gives the items from number `position` on; undefined when the source begins with item 0 all the same.
   * @param position number of items that are stored already, more than 0
   */
  [RESUME]?(position: number): ResumedItems | undefined | Promise<ResumedItems | undefined>
}

/** Items that a source gives when it is resumed. */
export type ResumedItems = Iterable<unknown> | AsyncIterable<unknown>
