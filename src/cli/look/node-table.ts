import { MIB } from '../../runtime/core/bytes.js'
import { plainLine } from '../../runtime/core/text/plain-text.js'
import type { NodeLook } from '../../runtime/index.js'
import type { Colours } from '../show/colours.js'
import { age } from '../show/units.js'
import { statePaint } from './state-paint.js'
import { tableLines, type Cell } from '../show/table.js'

interface Look {
  colours: Colours
  /** Characters in a line; undefined for no limit. */
  width?: number | undefined
  /** Milliseconds since 1970. */
  now: number
}

/** Nodes with what their processes use, and why they are not as they should be. */
export function nodeTable(nodes: readonly NodeLook[], { colours, width, now }: Look): string[] {
  const heading = ['NODE', 'STATE', 'CPU', 'MEMORY', 'LOOP DELAY', 'RESTARTS', 'UPTIME', 'PID', 'ERROR']
  const rows = nodes.map(({ name, state, cpu, usage, restarts, since, pid, error }): Cell[] => [
    [plainLine(name)],
    [state, statePaint(state, colours)],
    [cpu === null ? '-' : `${(100 * cpu).toFixed(1)}%`],
    [usage ? `${Math.round(usage.memoryBytes / MIB)} MiB` : '-'],
    [usage ? `${usage.loopDelayMs.toFixed(1)} ms` : '-'],
    [String(restarts), restarts > 0 ? colours.yellow : undefined],
    [since === null ? '-' : age(now - Date.parse(since))],
    [pid === null ? '-' : String(pid)],
    [plainLine(error ?? ''), colours.red],
  ])
  const head = heading.map((text): Cell => [text, colours.dim])
  return tableLines([head, ...rows], { width, right: [2, 3, 4, 5, 6, 7] })
}
