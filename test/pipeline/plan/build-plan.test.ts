import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkYaml, pipelineYaml } from '../check-yaml.js'

/** Defaults of STREAM, as the docs give them. */
const RETRY = { attempts: 5, delayMs: 1000, backoff: 2 }
const RETENTION = { ageMs: 24 * 3600 * 1000, bytes: 1024 ** 3 }
const BATCH = { bytes: 128 * 1024, lingerMs: 2 }
const ON_FAILURE = { policy: 'on-failure', delayMs: 200, maxDelayMs: 30_000, attempts: 5, windowMs: 30_000 }
const SHM = { bytes: 256 * 1024 ** 2 }

test("the design's camera pipeline", async () => {
  const yaml = `
name: camera
server: { url: "\${NATS_URL:-}" }
callbacks: ./callbacks
defaults: { timeout: 30s, restart: on-failure }
sources:
  camera: { kind: camera, device: "\${CAMERA:-test}", size: 1280x720, fps: 30, format: bgr24 }
  lines:  { kind: module, module: ./sources/lines.ts, args: { file: in.txt } }
nodes:
  process1:
    calls:
      - call: show_stream
        source: camera
        modifier: STREAM
        wait_for: [process2, process3]
  process2: { callbacks: [show_stream] }
  process3: { callbacks: [show_stream], replicas: 1, restart: always, env: { MODE: fast }, depends_on: [process2] }
`
  const files = {
    'callbacks/show_stream.ts': 'export default (frame: unknown) => frame',
    'sources/lines.ts': 'export default function* lines() {}',
  }
  const { plan, diagnostics, folder, file } = await checkYaml(yaml, { files })
  expect(diagnostics).toEqual([])
  const showStream = {
    name: 'show_stream',
    file: join(folder, 'callbacks/show_stream.ts'),
    export: 'default',
    arity: { min: 1, max: 1 },
  }
  const node = {
    callbacks: [],
    calls: [],
    restart: ON_FAILURE,
    onFailure: 'stop_all',
    health: { startupMs: undefined, blockedMs: undefined },
    stopTimeoutMs: 15_000,
    graceMs: 30_000,
    env: {},
    dependsOn: [],
  }
  expect(plan).toEqual({
    name: 'camera',
    file,
    inputs: { overrides: [], envFiles: [], profiles: [], nodes: [] },
    read: [file, join(folder, '.env')],
    project: folder,
    callbackFolders: [join(folder, 'callbacks')],
    server: {},
    sources: {
      camera: {
        kind: 'camera',
        device: 'test',
        size: { width: 1280, height: 720 },
        fps: 30,
        format: 'bgr24',
        frames: undefined,
        stallMs: 10_000,
        ffmpegArgs: [],
      },
      lines: {
        kind: 'module',
        file: join(folder, 'sources/lines.ts'),
        export: 'default',
        args: { file: 'in.txt' },
      },
    },
    nodes: {
      process1: {
        ...node,
        name: 'process1',
        calls: [
          {
            call: 'show_stream',
            source: 'camera',
            args: [],
            to: undefined,
            waitFor: ['process2', 'process3'],
            modifier: {
              kind: 'STREAM',
              delivery: undefined,
              name: undefined,
              buffer: 2,
              onError: undefined,
              retry: RETRY,
              patienceMs: 30_000,
              retention: RETENTION,
              share: false,
              batch: BATCH,
              shm: SHM,
              window: { items: 1000, bytes: 64 * 2 ** 20 },
            },
          },
        ],
      },
      process2: { ...node, name: 'process2', callbacks: [showStream] },
      process3: {
        ...node,
        name: 'process3',
        callbacks: [showStream],
        restart: { ...ON_FAILURE, policy: 'always', attempts: null },
        env: { MODE: 'fast' },
        dependsOn: ['process2'],
      },
    },
  })
})

const video = { size: undefined, fps: undefined, format: 'bgr24', frames: undefined, ffmpegArgs: [] }
const live = { ...video, stallMs: 10_000 }
const remote = { ...live, redirects: 'same-host', tls: { ca: undefined, insecure: false } }

test.each([
  [
    '{ kind: camera, device: /dev/video0, size: 640x480, fps: 7.5, format: mjpeg, frames: 3, stall_timeout: 500ms, ffmpeg_args: [-pixel_format, nv12, -threads, 1] }',
    {
      kind: 'camera',
      device: '/dev/video0',
      size: { width: 640, height: 480 },
      fps: 7.5,
      format: 'mjpeg',
      frames: 3,
      stallMs: 500,
      ffmpegArgs: ['-pixel_format', 'nv12', '-threads', '1'],
    },
  ],
  [
    '{ kind: camera, device: test }',
    { ...live, kind: 'camera', device: 'test', size: { width: 1280, height: 720 }, fps: 30 },
  ],
  ['{ kind: rtsp, url: "rtsp://host/a" }', { ...remote, kind: 'rtsp', url: 'rtsp://host/a' }],
  ['{ kind: http, url: "https://host/a" }', { ...remote, kind: 'http', url: 'https://host/a' }],
  [
    '{ kind: http, url: "https://host/a", redirects: any, tls: { insecure: true } }',
    {
      ...remote,
      kind: 'http',
      url: 'https://host/a',
      redirects: 'any',
      tls: { ca: undefined, insecure: true },
    },
  ],
])('source %s', async (source, expected) => {
  const { plan, diagnostics } = await checkYaml(pipelineYaml({ source }))
  expect(diagnostics).toEqual([])
  expect(plan?.sources.camera).toEqual(expected)
})

test('paths of files and modules are relative to the pipeline file', async () => {
  const top = '' // keeps the paths of both sources in one pipeline
  const yaml = pipelineYaml({
    top,
    source: '{ kind: file, path: media/a.mp4, paced: true, loop: true }',
  }).replace(
    'nodes:',
    '  words: { kind: module, module: words.mjs, export: all, args: [1, { a: null }] }\nnodes:',
  )
  const files = { 'media/a.mp4': '', 'words.mjs': 'export const all = ["a"]' }
  const { plan, diagnostics, folder } = await checkYaml(yaml, { files })
  expect(diagnostics).toEqual([])
  expect(plan?.sources).toEqual({
    camera: { ...video, kind: 'file', path: join(folder, 'media/a.mp4'), paced: true, loop: true },
    words: { kind: 'module', file: join(folder, 'words.mjs'), export: 'all', args: [1, { a: null }] },
  })
})

test.each([
  ['', { kind: 'FG', timeoutMs: 30_000 }],
  ['modifier: FG', { kind: 'FG', timeoutMs: 30_000 }],
  ['modifier: { FG: { timeout: 0 } }', { kind: 'FG', timeoutMs: 0 }],
  ['modifier: { FG: { busy: fail } }', { kind: 'FG', timeoutMs: 30_000, busy: 'fail' }],
  ['modifier: { BG: { busy: wait } }', { kind: 'BG', timeoutMs: 0, etaMs: 0, durable: false, busy: 'wait' }],
  ['modifier: { NO_RETURN: { busy: fail } }', { kind: 'NO_RETURN', etaMs: 0, busy: 'fail' }],
  [
    'modifier: { BROADCAST: { busy: fail } }',
    { kind: 'BROADCAST', timeoutMs: 30_000, etaMs: 0, returnResult: true, busy: 'fail' },
  ],
  ['modifier: { FG: { timeout: 1m24s } }', { kind: 'FG', timeoutMs: 84_000 }],
  [
    'modifier: { BROADCAST: { timeout: 1.5 } }',
    { kind: 'BROADCAST', timeoutMs: 1500, etaMs: 0, returnResult: true },
  ],
  [
    'modifier: { BROADCAST: { eta: 1s, return_result: false } }',
    { kind: 'BROADCAST', timeoutMs: 30_000, etaMs: 1000, returnResult: false },
  ],
  ['modifier: NO_RETURN', { kind: 'NO_RETURN', etaMs: 0 }],
  ['modifier: { NO_RETURN: { eta: 500ms } }', { kind: 'NO_RETURN', etaMs: 500 }],
  ['modifier: { NO_RETURN: { delay: 500ms } }', { kind: 'NO_RETURN', etaMs: 500 }],
  ['modifier: { BG: { delay: 2 } }', { kind: 'BG', timeoutMs: 0, etaMs: 2000, durable: false }],
  [
    'modifier: { BROADCAST: { delay: 1m } }',
    { kind: 'BROADCAST', timeoutMs: 30_000, etaMs: 60_000, returnResult: true },
  ],
  ['modifier: BG', { kind: 'BG', timeoutMs: 0, etaMs: 0, durable: false }],
  [
    'modifier: { BG: { eta: 2s, durable: true, timeout: 1m } }',
    { kind: 'BG', timeoutMs: 60_000, etaMs: 2000, durable: true },
  ],
  ['modifier: { PERIOD: { interval: 5s } }', { kind: 'PERIOD', schedule: { intervalMs: 5000 } }],
  ['modifier: { PERIOD: { cron: "*/5 * * * *" } }', { kind: 'PERIOD', schedule: { cron: '0 */5 * * * *' } }],
  [
    'modifier: { PERIOD: { at: 2036-01-02T03:04:05Z } }',
    { kind: 'PERIOD', schedule: { at: [Date.UTC(2036, 0, 2, 3, 4, 5)] } },
  ],
])('call with %s', async (modifier, expected) => {
  const call = `{ call: show, args: [1], ${modifier} }`
  const { plan, diagnostics } = await checkYaml(pipelineYaml({ call }))
  expect(diagnostics).toEqual([])
  expect(plan?.nodes.one?.calls[0]?.modifier).toEqual(expected)
})

test('STREAM with options', async () => {
  const call = '{ call: show, source: camera, modifier: { STREAM: { delivery: lossless, on_error: skip } } }'
  const { plan } = await checkYaml(pipelineYaml({ call }))
  expect(plan?.nodes.one?.calls[0]?.modifier).toEqual({
    kind: 'STREAM',
    delivery: 'lossless',
    name: undefined,
    buffer: 2,
    onError: 'skip',
    retry: RETRY,
    patienceMs: 30_000,
    retention: RETENTION,
    share: false,
    batch: BATCH,
    shm: SHM,
    window: { items: 1000, bytes: 64 * 2 ** 20 },
  })
})

test('a durable STREAM with options', async () => {
  const options =
    '{ delivery: durable, name: frames, retry: { attempts: 3, delay: 50ms }, retention: { age: 2h, bytes: 64 MiB } }'
  const call = `{ call: show, source: camera, modifier: { STREAM: ${options} } }`
  const { plan } = await checkYaml(pipelineYaml({ call }))
  expect(plan?.nodes.one?.calls[0]?.modifier).toMatchObject({
    delivery: 'durable',
    name: 'frames',
    onError: undefined,
    retry: { attempts: 3, delayMs: 50, backoff: 2 },
    retention: { ageMs: 7_200_000, bytes: 64 * 1024 * 1024 },
  })
})

test('a shared STREAM with limits of batches and shared memory', async () => {
  const call = (options: string): string => `{ call: show, source: camera, modifier: { STREAM: ${options} } }`
  const planned = async (options: string): Promise<unknown> =>
    (await checkYaml(pipelineYaml({ call: call(options) }))).plan?.nodes.one?.calls[0]?.modifier
  expect(
    await planned('{ share: true, batch: { bytes: 64 KiB, linger: 5ms }, shm: { bytes: 64 MiB } }'),
  ).toMatchObject({
    share: true,
    batch: { bytes: 64 * 1024, lingerMs: 5 },
    shm: { bytes: 64 * 1024 * 1024 },
  })
  expect(await planned('{ batch: { linger: 0 }, shm: false }')).toMatchObject({
    batch: { bytes: BATCH.bytes, lingerMs: 0 },
    shm: false,
  })
})

test('calls and nodes that set nothing get the defaults', async () => {
  const top = 'defaults: { timeout: 5s, restart: "no" }'
  const { plan } = await checkYaml(pipelineYaml({ top, call: '{ call: show, args: [1] }' }))
  expect(plan?.nodes.one?.calls[0]?.modifier).toEqual({ kind: 'FG', timeoutMs: 5000 })
  expect(plan?.nodes.two?.restart.policy).toBe('no')
})

test('restarts, health and stop timeout of a node', async () => {
  const node = `{ callbacks: [show], restart: { policy: always, delay: 1s, max_delay: 5m }, on_failure: isolate,
    health: { startup: 1m, blocked: 30s }, stop_timeout: 2m }
  three: { restart: { attempts: 0, window: 1m } }`
  const { plan } = await checkYaml(pipelineYaml({ top: 'defaults: { restart: { delay: 1m } }', node }))
  expect(plan?.nodes).toMatchObject({
    one: { restart: { ...ON_FAILURE, delayMs: 60_000, maxDelayMs: 60_000 }, onFailure: 'stop_all' },
    two: {
      restart: { policy: 'always', delayMs: 1000, maxDelayMs: 300_000, attempts: null, windowMs: 30_000 },
      onFailure: 'isolate',
      health: { startupMs: 60_000, blockedMs: 30_000 },
      stopTimeoutMs: 120_000,
    },
    three: { restart: { ...ON_FAILURE, attempts: null, windowMs: 60_000 }, health: { blockedMs: undefined } },
  })
})

test("a node's name is replaced by its processes, wherever it is named", async () => {
  const call = '{ call: show, args: [1], to: two-2, wait_for: [two] }'
  const node = '{ callbacks: [show], replicas: 3 }\n  three: { depends_on: [two-1, two] }'
  const { plan, diagnostics } = await checkYaml(pipelineYaml({ call, node }))
  expect(diagnostics).toEqual([])
  expect(Object.keys(plan?.nodes ?? {})).toEqual(['one', 'two-1', 'two-2', 'two-3', 'three'])
  expect(plan?.nodes['two-2']?.name).toBe('two-2')
  expect(plan?.nodes.one?.calls[0]).toMatchObject({ to: 'two-2', waitFor: ['two-1', 'two-2', 'two-3'] })
  expect(plan?.nodes.three?.dependsOn).toEqual(['two-1', 'two-2', 'two-3'])
})

test('environment variables are text exactly as written', async () => {
  const node = '{ callbacks: [show], env: { A: 1.10, B: true, C: "x", D: 0x1F, E: "${HOME}" } }'
  const { plan } = await checkYaml(pipelineYaml({ node }), { env: { HOME: '007' } })
  expect(plan?.nodes.two?.env).toEqual({ A: '1.10', B: 'true', C: 'x', D: '0x1F', E: '007' })
})

test('several folders of callbacks, and a callback listed twice', async () => {
  const top = 'callbacks: [callbacks, ./more, more]'
  const node = '{ callbacks: [show, extra, show] }'
  const files = { 'more/extra.js': 'export default () => {}' }
  const { plan, diagnostics, folder } = await checkYaml(pipelineYaml({ top, node }), { files })
  expect(diagnostics).toEqual([])
  expect(plan?.nodes.two?.callbacks.map(({ name, file }) => [name, file])).toEqual([
    ['show', join(folder, 'callbacks/show.ts')],
    ['extra', join(folder, 'more/extra.js')],
  ])
})

test("the server's URL, and the project's folder above the pipeline", async () => {
  const top = 'server: { url: "nats://host:4222" }'
  const { plan, folder } = await checkYaml(pipelineYaml({ top }), { files: { 'package.json': '{}' } })
  expect(plan).toMatchObject({ server: { url: 'nats://host:4222' }, project: folder })
})

test('anchors and aliases', async () => {
  const call = '{ call: show, args: &args [1] }\n      - { call: show, args: *args }'
  const { plan, diagnostics } = await checkYaml(pipelineYaml({ call }))
  expect(diagnostics).toEqual([])
  expect(plan?.nodes.one?.calls.map(({ args }) => args)).toEqual([[1], [1]])
})
