import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { NodeLook, PipelineLook } from '../../src/runtime/index.js'
import { runDaffi, startDaffi } from '../support/daffi.js'
import { temporaryProject } from '../support/temporary.js'

const yard = {
  'pipeline.yaml': `
name: yard
sources: { gate: { kind: module, module: ./gate.js } }
nodes:
  eye: { calls: [{ call: detect, source: gate, modifier: { STREAM: { delivery: live } } }] }
  brain:
    callbacks: [detect, track]
    calls: [{ call: track, results_of: detect, modifier: STREAM }]
`,
  'gate.js': `
import { setTimeout as delay } from 'node:timers/promises'
export default async function* gate() {
  for (let sequence = 0; ; sequence++) {
    yield { data: Buffer.alloc(64, sequence), width: 8, height: 8, format: 'gray', sequence, time: Date.now() }
    await delay(20)
  }
}
`,
  'callbacks/detect.js': `export default ({ sequence }) => (sequence % 2 ? undefined : { sequence })`,
  'callbacks/track.js': `let tracks = false
export default (_found) => { if (!tracks) console.log('tracks'); tracks = true }`,
}

const lines = <T>(text: string): T[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T)

test('tap, rate, snapshot and top look into a run, until it is over', async () => {
  const cwd = await temporaryProject(yard)
  const up = startDaffi(['up'], { cwd })
  await up.waitForLine(/^brain +\| tracks/)
  const rate = startDaffi(['rate', 'track', '--json'], { cwd })
  const [tap, snapshot, top] = await Promise.all([
    runDaffi(['tap', 'gate', '-n', '3', '--every', '150ms', '--png', 'frames', '--json'], { cwd }),
    runDaffi(['snapshot', 'gate', '-o', 'now.png', '--json'], { cwd }),
    runDaffi(['top', '--json'], { cwd }),
    rate.waitForLine(/^\{"time".*"track"/, 2),
  ])

  expect(tap).toMatchObject({
    exitCode: 0,
    stderr: expect.stringMatching(/^3 items shown, \d+ more/) as string,
  })
  interface Tapped {
    origin: { source: string; item: number }
    item: number
    missed: number
    file: string
  }
  const tapped = lines<Tapped>(tap.stdout)
  expect(tapped.map(({ file }) => file)).toEqual([1, 2, 3].map((n) => join('frames', `00000${n}.png`)))
  for (const [index, { origin, item, missed }] of tapped.entries()) {
    expect(origin).toEqual({ source: 'gate', item })
    expect(missed).toBe(index === 0 ? 0 : item - (tapped[index - 1]?.item ?? 0) - 1)
  }
  expect((tapped[2]?.missed ?? 0) + (tapped[1]?.missed ?? 0)).toBeGreaterThan(0)
  expect(await readdir(join(cwd, 'frames'))).toHaveLength(3)

  expect(JSON.parse(snapshot.stdout)).toMatchObject({ file: 'now.png', stream: 'gate', width: 8, height: 8 })
  expect((await readFile(join(cwd, 'now.png'))).subarray(1, 4).toString()).toBe('PNG')
  const { nodes, streams, stages } = JSON.parse(top.stdout) as { nodes: NodeLook[] } & PipelineLook
  expect(nodes.map(({ name, state }) => [name, state])).toEqual([
    ['eye', 'ready'],
    ['brain', 'ready'],
  ])
  for (const { usage, cpu } of nodes) {
    expect(usage?.memoryBytes).toBeGreaterThan(1e7)
    expect(cpu).toBeGreaterThan(0)
  }
  expect(streams.map(({ name, rate: each }) => [name, each > 1])).toEqual([
    ['gate', true],
    ['track', true],
  ])
  expect(stages).toMatchObject([{ node: 'brain', callback: 'detect' }])

  up.kill('SIGINT')
  expect(await rate.exited).toMatchObject({ exitCode: 0, stderr: 'the run of yard is over' })
  // The first looks may be older than the stream.
  const seen = lines<PipelineLook>((await rate.exited).stdout).flatMap((look) => look.streams)
  expect(new Set(seen.map(({ name }) => name))).toEqual(new Set(['track']))
})
