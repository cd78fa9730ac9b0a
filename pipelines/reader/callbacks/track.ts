import { context } from 'daffi'
import { Tracker } from '../lib/tracker.js'
import type { TextBox } from '../lib/text-box.js'

/** Text that passed the camera. */
export interface Sighting {
  text: string
  score: number
  /** Source, and number and time of the frame in which it was certain. */
  source: string
  item: number
  time: number
}

/** Texts of one frame. */
export interface Reading {
  item: number
  texts: string[]
  /** Reader that read it. */
  from: string
  /** When it arrived here, and how long after its capture, in milliseconds. */
  at: number
  latency: number
}

/** Readings that are remembered. */
const REMEMBERED = 1000

/** The state of this stage. */
const state = { tracker: new Tracker(), readings: [] as Reading[] }

/** Yields each text once, when it was read often enough to be certain. */
export default function* track({ boxes }: { boxes: TextBox[] }): Generator<Sighting> {
  const { origin, from = '', log } = context()
  const { source, item, time } = origin ?? { source: null, item: 0, time: Date.now() }
  const at = Date.now()
  state.readings.push({ item, texts: boxes.map(({ label }) => label), from, at, latency: at - time })
  if (state.readings.length > REMEMBERED) state.readings.shift()
  for (const { label, score } of state.tracker.see(boxes, item)) {
    log.info(`${label} in frame ${item}`)
    yield { text: label, score, source: source ?? '', item, time }
  }
}

/** Gives the readings of the last frames, in the order in which they arrived. */
export function readings(): Reading[] {
  return state.readings
}
