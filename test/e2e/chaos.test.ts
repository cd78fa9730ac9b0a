import { execa } from 'execa'
import { expect, test } from 'vitest'
import { ROOT } from '../support/paths.js'

/** As `npm run chaos -- --json` prints it. */
interface Outcome {
  row: string
  column: string
  kind: string
  reasons: string[]
}

test('whoever stands still for some seconds, all streams go on, and the accounts are what callbacks got', async () => {
  const args = ['--scenarios', 'pause', '--pauses', '5', '--parallel', '5', '--json']
  const { stdout, stderr } = await execa(process.execPath, ['chaos/index.js', ...args], {
    cwd: ROOT,
    reject: false,
  })
  expect(stdout, stderr).not.toBe('')
  const { seed, results } = JSON.parse(stdout) as { seed: number; results: Outcome[] }
  // How soon is judged by hand: on a busy machine everything takes longer.
  const wrong = results.flatMap(({ reasons, ...where }) => {
    const others = reasons.filter((reason) => !/^flows again after \d+ ms$/.test(reason))
    return others.length > 0 ? [{ ...where, reasons: others }] : []
  })
  expect(wrong, `npm run chaos -- ${args.slice(0, -1).join(' ')} --seed ${seed}`).toEqual([])
  // Five to stop, and for each of them eight streams and what is left behind.
  expect(results).toHaveLength(45)
})
