import { expect, test } from 'vitest'
import { nextRun } from '../../../src/runtime/call/schedules/next-run.js'

const NOW = Date.parse('2026-11-29T10:00:00Z')
const at = (text: string): number => Date.parse(`2026-11-29T${text}Z`)

test.each([
  [{ intervalMs: 60_000 }, at('09:59:30'), at('10:00:30')],
  // Nobody has accepted some firings.
  [{ intervalMs: 60_000 }, at('09:50:30'), at('10:00:30')],
  [{ intervalMs: 60_000 }, undefined, null],
  [{ at: [at('09:00:00'), at('11:00:00'), at('12:00:00')] }, undefined, at('11:00:00')],
  [{ at: [at('09:00:00')] }, undefined, null],
  [{ cron: '0 30 * * * *' }, undefined, at('10:30:00')],
  [{ cron: '0 0 12 * * *', timeZone: 'Europe/Berlin' }, undefined, at('11:00:00')],
  [{ cron: 'nonsense' }, undefined, null],
])('%j, last at %j: %j', async (spec, began, expected) => {
  expect(await nextRun(spec, began, NOW)).toBe(expected)
})
