import type { Region } from './regions.js'

/** Text in a picture, and the place where it stands. */
export interface TextBox extends Region {
  label: string
  /** Certainty, 0 to 1. */
  score: number
}
