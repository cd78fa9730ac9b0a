import { expect, test } from 'vitest'
import { runsTable } from '../../../src/cli/runs/runs-table.js'
import { noColours } from '../../../src/cli/show/colours.js'
import type { RunNode } from '../../../src/runtime/index.js'

const NOW = Date.parse('2026-01-01T00:01:00Z')
const node = {
  host: 'box',
  state: 'ready',
  pid: 7,
  restarts: 1,
  since: '2026-01-01T00:00:55Z',
  error: null,
} as const
const lastEnd = { time: '2026-01-01T00:00:54Z', exitCode: 1, signal: null, cause: 'exited with 1' } as const
const error = { code: 'DAFFI_REMOTE', message: 'there is\nno disk' } as const

test('the last column has the last end of a node, and its trouble while it has some', () => {
  const nodes: RunNode[] = [
    { ...node, name: 'fine', restarts: 0, lastEnd: null },
    { ...node, name: 'back', lastEnd },
    { ...node, name: 'troubled', state: 'degraded', error, lastEnd },
  ]
  expect(runsTable(nodes, noColours, NOW).map((line) => line.trimEnd())).toEqual([
    'NODE      STATE     PID  RESTARTS  UPTIME  LAST END',
    'fine      ready     7    0         5s',
    'back      ready     7    1         5s      6s ago: exited with 1',
    'troubled  degraded  7    1         5s      now: there is no disk',
  ])
})
