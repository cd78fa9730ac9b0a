import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { WatchedPipeline } from '../../../src/runtime/node/watch/index.js'
import { loadPipeline } from '../../../src/runtime/pipeline/index.js'
import { temporaryFolder, writeFiles } from '../../support/temporary.js'

test('every file that a pipeline is read from can change it: merged ones, .env and those of nodes', async () => {
  const folder = await temporaryFolder()
  const at = (name: string): string => join(folder, name)
  await writeFiles(folder, {
    'shop.yaml':
      "name: shop\nnodes:\n  one: { env: { A: '${A:-none}' } }\n  two: { env_file: two.env }\n  three: { profiles: [debug] }\n",
    'dev/over.yaml': 'nodes: { one: { restart: always } }\n',
    'two.env': 'B=1',
  })
  const plan = await loadPipeline(at('shop.yaml'), { overrides: [at('dev/over.yaml')], profiles: ['debug'] })
  const watched = await WatchedPipeline.open(plan, undefined)
  expect([...watched.folders].sort()).toEqual([folder, at('dev')])
  for (const name of ['.env', 'two.env', 'dev/over.yaml']) expect(watched.mayContain(at(name))).toBe(true)
  expect(
    ['.env', 'two.env', 'x.yaml', '.bashrc', 'notes.txt'].filter((name) => watched.isRelevant(name)),
  ).toEqual(['.env', 'two.env', 'x.yaml'])
  const restarted = async (name: string): Promise<string[]> =>
    (await watched.update([at(name)])).restart.map((node) => node.name)
  await writeFiles(folder, { '.env': 'A=1' })
  expect(await restarted('.env')).toEqual(['one'])
  await writeFiles(folder, { 'two.env': 'B=2' })
  expect(await restarted('two.env')).toEqual(['two'])
  await writeFiles(folder, { 'dev/over.yaml': 'nodes: { three: { restart: always } }\n' })
  expect(await restarted('dev/over.yaml')).toEqual(['one', 'three'])
  await rm(at('.env'))
  expect(await restarted('.env')).toEqual(['one'])
})
