import type { TextBox } from './text-box.js'

/** Equal readings of a text that make it certain. */
const CERTAIN = 3
/** Frames after which a text that is not seen any more has left. */
const LEFT_AFTER = 20
/** Distance, in heights of the text, that a text moves at most from one reading to the next. */
const REACH = 4

interface Track {
  box: TextBox
  /** Number of the last frame that showed it. */
  item: number
  readings: Map<string, number>
  told: boolean
}

/** Follows texts from frame to frame. */
export class Tracker {
  #tracks: Track[] = []

  /** Takes what was read in a frame. @returns the texts that are certain now */
  see(boxes: readonly TextBox[], item: number): TextBox[] {
    // Frames before the last one: the source has begun again, or another reader was faster.
    this.#tracks = this.#tracks.filter((each) => Math.abs(item - each.item) <= LEFT_AFTER)
    return boxes.filter((box) => this.#follow(box, item))
  }

  #follow(box: TextBox, item: number): boolean {
    let track = this.#tracks.find((each) => each.item !== item && isNear(each.box, box))
    if (!track) {
      track = { box, item, readings: new Map(), told: false }
      this.#tracks.push(track)
    }
    track.box = box
    track.item = Math.max(track.item, item)
    const readings = (track.readings.get(box.label) ?? 0) + 1
    track.readings.set(box.label, readings)
    if (track.told || readings < CERTAIN) return false
    track.told = true
    return true
  }
}

function isNear(a: TextBox, b: TextBox): boolean {
  const reach = REACH * Math.max(a.height, b.height)
  const dx = a.x + a.width / 2 - b.x - b.width / 2
  const dy = a.y + a.height / 2 - b.y - b.height / 2
  return Math.hypot(dx, dy) <= reach
}
