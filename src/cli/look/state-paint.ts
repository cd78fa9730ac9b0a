import type { NodeLook } from '../../runtime/index.js'
import type { Colours } from '../show/colours.js'

/** Colour of a node's state. */
export function statePaint(
  state: NodeLook['state'],
  { green, yellow, red, dim }: Colours,
): (text: string) => string {
  const paint = {
    starting: yellow,
    ready: green,
    degraded: yellow,
    restarting: yellow,
    stopped: dim,
    failed: red,
    silent: red,
    absent: dim,
  }
  return paint[state]
}
