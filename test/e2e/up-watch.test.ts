import { rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { PipelineResult } from '../../src/runtime/index.js'
import { startDaffi } from '../support/daffi.js'
import { temporaryProject } from '../support/temporary.js'
import { ticks } from './pipelines.js'

/** Says all words that it has known: its state stays when the code is replaced. */
const work = `import { context } from 'daffi'
import { word } from '@lib/word.mjs'
export const options = { work: { state: true } }
export default (n: number) => {
  const { state } = context<unknown, { words: string[] }>()
  state.set('words', [...new Set([...(state.get('words') ?? []), word])])
  console.log(process.env.WHO, state.get('words')?.join(), n)
}
`
const files = {
  'ticks.ts': ticks,
  'callbacks/work.ts': work,
  'pipeline.yaml': `
name: endless
callbacks: ./callbacks
sources:
  ticks: { kind: module, module: ./ticks.ts }
nodes:
  writer:
    calls: [{ call: work, source: ticks, modifier: { STREAM: { delivery: live } }, wait_for: [worker, other] }]
  worker: { callbacks: [work], env: { WHO: worker } }
  other: { callbacks: [work], env: { WHO: other } }
`,
  'tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }',
  'lib/word.mjs': `export const word = 'one'\n`,
}

test('changes of modules and of the pipeline are taken in while a stream goes on, and what is at fault is not', async () => {
  const cwd = await temporaryProject(files)
  await rename(join(cwd, 'callbacks'), join(cwd, 'shared'))
  await symlink('shared', join(cwd, 'callbacks'))
  const up = startDaffi(['up', '--watch', '--json'], { cwd })
  const save = (name: string, text: string): Promise<void> => writeFile(join(cwd, name), text)
  await up.waitForLine(/^worker \| worker one/)

  // As many editors save.
  await save('lib/word.tmp', `export const word = 'two'\n`)
  await rename(join(cwd, 'lib/word.tmp'), join(cwd, 'lib/word.mjs'))
  await up.waitForLine(/^daffi +\| lib\/word.mjs changed: reloaded worker, other$/)
  await up.waitForLine(/^worker \| worker one,two/)

  // As Emacs marks a file that is not saved yet.
  await symlink('me@host.1:1', join(cwd, 'shared/.#work.ts'))
  await save('callbacks/work.ts', work.replace(', n)', ', -n)'))
  await up.waitForLine(/^worker \| worker one,two -/)
  await rm(join(cwd, 'shared/.#work.ts'))
  await save('callbacks/work.ts', 'export default (n: number) => {\n')
  await up.waitForLine(/^daffi +\| error: shared\/work.ts:2:1: Unexpected token/)
  await save('lib/word.mjs', `export const word =\n`)
  await save('callbacks/work.ts', work)
  await up.waitForLine(/^daffi +\| error: .*lib\/word.mjs:2:1: Unexpected token/)
  await save('callbacks/work.ts', `${work}throw new Error('not yet')\n`)
  await save('lib/word.mjs', `export const word = 'three'\n`)
  await up.waitForLine(
    /^daffi +\| error: .*; worker keeps running the old code: .*shared\/work.ts:\d+: not yet$/,
  )
  await save('callbacks/work.ts', work)
  await up.waitForLine(/^worker \| worker one,two,three/)

  await save('pipeline.yaml', files['pipeline.yaml'].replace('callbacks: [work]', 'callbacks: [wrk]'))
  await up.waitForLine(/^daffi +\| error: pipeline.yaml:9:25: /)
  const added = '  late: { callbacks: [work], env: { WHO: late } }\n'
  await save('pipeline.yaml', files['pipeline.yaml'].replace('WHO: other', 'WHO: another') + added)
  await up.waitForLine(/^daffi +\| pipeline.yaml changed: started late; restarted other$/)
  await up.waitForLine(/^other +\| another three/)
  await up.waitForLine(/^late +\| late three/)
  await save('pipeline.yaml', files['pipeline.yaml'].replace('WHO: other', 'WHO: another'))
  await up.waitForLine(/^daffi +\| pipeline.yaml changed: stopped late$/)
  up.kill('SIGTERM')

  const { exitCode, stdout, stderr } = await up.exited
  const { nodes, streams } = JSON.parse(stdout) as PipelineResult
  expect(exitCode, stderr).toBe(0)
  expect(nodes).toMatchObject({
    writer: { state: 'stopped', restarts: 0 },
    worker: { state: 'stopped', restarts: 0 },
    other: { state: 'stopped', restarts: 1 },
  })
  expect(streams).toHaveLength(1)
  expect(streams[0]?.receivers).toMatchObject({
    worker: { attaches: 1, failed: 0, lost: 0, state: 'finished' },
    other: { attaches: 2, failed: 0 },
  })
})
