import type { RunNode } from '../../runtime/index.js'
import { plainLine } from '../../runtime/core/text/plain-text.js'
import { statePaint } from '../look/state-paint.js'
import { tableLines, type Cell } from '../show/table.js'
import type { Colours } from '../show/colours.js'
import { age } from '../show/units.js'

/** Characters of a cause that a table has; `--json` has all of it. */
const MAX_CAUSE = 100

/** The nodes of a run as a table: a line of headings, and one of each node. */
export function runsTable(nodes: readonly RunNode[], colours: Colours, now = Date.now()): string[] {
  if (nodes.length === 0) return []
  const head = ['NODE', 'STATE', 'PID', 'RESTARTS', 'UPTIME', 'LAST END'].map((text): Cell => [text])
  const rows = nodes.map((node) => row(node, colours, now))
  return tableLines([head, ...rows])
}

function row(
  { name, state, pid, restarts, since, error, lastEnd }: RunNode,
  colours: Colours,
  now: number,
): Cell[] {
  const trouble = state === 'degraded' && error ? `now: ${error.message}` : undefined
  const past = lastEnd ? `${age(now - Date.parse(lastEnd.time))} ago: ${lastEnd.cause}` : ''
  const end = plainLine(trouble ?? past)
  return [
    [name],
    [state, statePaint(state, colours)],
    [pid === null ? '-' : String(pid)],
    [String(restarts)],
    [since === null ? '-' : age(now - Date.parse(since))],
    [end.length > MAX_CAUSE ? `${end.slice(0, MAX_CAUSE - 1)}…` : end],
  ]
}
