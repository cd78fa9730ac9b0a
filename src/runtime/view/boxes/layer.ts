/**
 * Boxes as the page gets them, in JSON. This file imports nothing, because the page's modules share these types and are
 * compiled for the browser.
 */
export interface Layer {
  callback: string
  /** Size in pixels of the frames that the callback got, of which the boxes' numbers are. */
  width: number
  height: number
  boxes: Box[]
}

/** Rectangle in a picture. */
export interface Box {
  x: number
  y: number
  width: number
  height: number
  label: string
  /** Certainty, 0 to 1; null when none is given. */
  score: number | null
}
