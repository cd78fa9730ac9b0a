/** Text in a picture, and the place where it stands, in pixels. */
export interface TextBox {
  x: number
  y: number
  width: number
  height: number
  label: string
  /** Certainty, 0 to 1. */
  score: number
}
