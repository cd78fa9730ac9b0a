import { execa } from 'execa'
import { expect, test } from 'vitest'
import { ROOT } from '../support/paths.js'

/** As `npm run fuzz -- --json` prints it. */
interface Outcome {
  seed: number
  sent: number
  lost: number
  unanswered: number
  reasons: string[]
}

test('thousands of senseless messages of all kinds end no process, and falsify no account', async () => {
  const args = ['fuzz/index.js', '--messages', '3000', '--json']
  const { stdout, stderr } = await execa(process.execPath, args, { cwd: ROOT, reject: false })
  expect(stdout, stderr).not.toBe('')
  const { seed, sent, lost, unanswered, reasons } = JSON.parse(stdout) as Outcome
  // How soon calls were answered is judged by hand: on a busy machine everything takes longer.
  expect(reasons, `npm run fuzz -- --messages 3000 --seed ${seed}`).toEqual([])
  expect({ lost, unanswered }).toEqual({ lost: 0, unanswered: 0 })
  expect(sent).toBeGreaterThanOrEqual(3000)
})
