import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const PIPELINE = 'life'
/** Node that crashes, and the only one whose process is to be started again. */
export const CRASHER = 'crasher'
/** Callbacks that write down when they were last called. */
export const BEATS = ['look', 'take', 'keep', 'ask', 'work', 'chat', 'tick']

const FILE = `name: ${PIPELINE}
callbacks: ./callbacks
defaults: { restart: always }
sources:
  camera: { kind: camera, device: test, size: 320x240, fps: 15 }
  numbers: { kind: module, module: ./sources.mjs, export: numbers }
  orders: { kind: module, module: ./sources.mjs, export: numbers }
  seconds: { kind: module, module: ./sources.mjs, export: seconds }
nodes:
  eye:
    calls: [{ call: look, source: camera, modifier: STREAM, wait_for: [viewer] }]
  viewer: { callbacks: [look] }
  writer:
    calls:
      - { call: take, source: numbers, modifier: { STREAM: { delivery: lossless } }, wait_for: [worker, crasher] }
      - call: keep
        source: orders
        modifier: { STREAM: { delivery: durable, name: kept, retention: { age: 1m, bytes: 8 MiB } } }
        wait_for: [worker, crasher]
  clock:
    calls:
      - { call: ask, source: seconds, modifier: STREAM, wait_for: [asker] }
      - { call: chat, source: seconds, modifier: STREAM, wait_for: [chatty] }
      - { call: tick, args: [0], modifier: { PERIOD: { interval: 2s } }, wait_for: [worker] }
  asker: { callbacks: [ask] }
  chatty: { callbacks: [chat] }
  worker: { callbacks: [take, keep, work, tick] }
  ${CRASHER}: { callbacks: [take, keep, work], restart: { policy: always, window: 3s }, env: { LIFE_CRASHES: '5' } }
`

/** Writes a pipeline of streams of all deliveries, calls, jobs and a schedule. */
export function writeProject(folder) {
  mkdirSync(join(folder, 'callbacks'))
  mkdirSync(join(folder, 'beats'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  writeFileSync(join(folder, 'pipeline.yaml'), FILE)
  cpSync(fileURLToPath(new URL('programs/', import.meta.url)), folder, { recursive: true })
  for (const name of BEATS)
    writeFileSync(
      join(folder, `callbacks/${name}.mjs`),
      `import { callbacks } from '../life.mjs'\nexport default (value) => callbacks.${name}(value)\n`,
    )
}
