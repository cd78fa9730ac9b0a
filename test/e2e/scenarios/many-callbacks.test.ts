import { expect, test } from 'vitest'
import { connect } from '../../support/connect.js'
import { startDaffi } from '../../support/daffi.js'
import { temporaryProject } from '../../support/temporary.js'

type Echo = (...args: unknown[]) => unknown[]

const NAMES = Array.from({ length: 1000 }, (_, index) => `cb${index}`)

/** Each gives its arguments back, every other one later. */
const MODULE = NAMES.map((name, index) =>
  index % 2 === 0
    ? `export function ${name}(...args: unknown[]) { return args }`
    : `export async function ${name}(...args: unknown[]) { await setImmediate(); return args }`,
)

test('a node with 1,000 callbacks answers 500 callers at once, three calls each', async () => {
  const cwd = await temporaryProject({
    'pipeline.yaml': `name: many\nnodes:\n  one: { callbacks: [${NAMES.join(', ')}] }\n`,
    'callbacks/many.ts': ["import { setImmediate } from 'node:timers/promises'", ...MODULE].join('\n'),
  })
  const up = startDaffi(['up'], { cwd })
  await up.waitForLine(/^one .*ready/)
  const g = await connect<Record<string, Echo>>(cwd, { pipeline: 'many' })

  const callers = Array.from({ length: 500 }, async (_, caller) => {
    for (let call = 0; call < 3; call++) {
      const name = NAMES[caller * 2 + (call % 2)] ?? ''
      const args = [name, caller, call, { caller: [`caller ${caller}`, null] }, Buffer.from([caller % 256])]
      expect(await g.call[name]?.(...args)).toEqual(args)
    }
  })
  await Promise.all(callers)
})
