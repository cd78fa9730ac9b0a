import { afterAll, beforeAll, expect, test } from 'vitest'
import { installSimulation, simulate } from './simulate.js'

let uninstall: () => void
beforeAll(() => {
  process.env.DAFFI_PROCESS_TUNING = 'off'
  uninstall = installSimulation()
})
afterAll(() => uninstall())

test('try', async () => {
  const start = process.hrtime.bigint()
  let bad = 0
  const N = Number(process.env.N ?? 10)
  for (let s = 1; s <= N; s++) {
    const v = await simulate(Number(process.env.SEED ?? s))
    if (v) {
      bad++
      console.log(JSON.stringify(v))
    }
  }
  console.log('ms each', Number(process.hrtime.bigint() - start) / 1e6 / N, 'bad', bad)
  expect(1).toBe(1)
})
