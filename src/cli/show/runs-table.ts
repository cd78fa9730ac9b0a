import type { RunNode } from '../../runtime/index.js'
import { plainLine } from '../../runtime/core/text/plain-text.js'
import type { Colours } from './colours.js'
import { age } from './units.js'

type Cell = [text: string, paint?: (text: string) => string]

/** Characters of a cause that a table has; `--json` has all of it. */
const MAX_CAUSE = 100

/** The nodes of a run as a table: a line of headings, and one of each node. */
export function runsTable(nodes: readonly RunNode[], colours: Colours, now = Date.now()): string[] {
  if (nodes.length === 0) return []
  const head = ['NODE', 'STATE', 'PID', 'RESTARTS', 'UPTIME', 'LAST END'].map((text): Cell => [text])
  const rows = nodes.map((node) => row(node, colours, now))
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((cells) => cells[column]?.[0].length ?? 0)))
  return all.map((cells) =>
    cells
      .map(([text, paint = String], column) => paint(text) + ' '.repeat((widths[column] ?? 0) - text.length))
      .join('  ')
      .trimEnd(),
  )
}

function row(
  { name, state, pid, restarts, since, error, lastEnd }: RunNode,
  colours: Colours,
  now: number,
): Cell[] {
  const { green, yellow, red, dim } = colours
  const paint = {
    starting: yellow,
    ready: green,
    degraded: yellow,
    restarting: yellow,
    stopped: dim,
    failed: red,
  }
  const cause = state === 'degraded' && error ? error.message : lastEnd?.cause
  const when = lastEnd ? `${age(now - Date.parse(lastEnd.time))} ago: ` : ''
  const end = cause === undefined ? '' : plainLine(state === 'degraded' ? cause : `${when}${cause}`)
  return [
    [name],
    [state, paint[state]],
    [pid === null ? '-' : String(pid)],
    [String(restarts)],
    [since === null ? '-' : age(now - Date.parse(since))],
    [end.length > MAX_CAUSE ? `${end.slice(0, MAX_CAUSE - 1)}…` : end],
  ]
}
