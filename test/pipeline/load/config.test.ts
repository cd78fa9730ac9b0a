import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkPipeline, loadConfig, loadPipeline } from '../../../src/runtime/pipeline/index.js'
import { temporaryFolder, writeFiles } from '../../support/temporary.js'

const YAML = `name: shop
x-worker: &worker { restart: always }
server: { url: 'nats://me:hunter2@h:4222', token: '\${NATS_TOKEN}', credentials: ./nats.creds }
defaults: { timeout: 5s }
sources:
  yard: { kind: rtsp, url: 'rtsp://me:\${PASSWORD}@h/1?key=\${PASSWORD}', fps: '\${FPS:-5}' }
  clip: { kind: file, path: clip.mp4 }
  lines: { kind: module, module: lines.ts, args: { api_key: hunter2, pin: '\${PIN_TOKEN}', say: 'a \${PASSWORD} b' } }
nodes:
  one:
    <<: *worker
    env_file: one.env
    env: { LEVEL: 1.10, MODE: '\${MODE}', TEXT: '$\${MODE}', MY_SECRET: hunter2 }
    calls: [{ call: show, source: clip, modifier: STREAM }, { call: show, source: lines, modifier: STREAM }]
  two: { callbacks: [show] }
  three: { callbacks: [shaw], profiles: [debug], depends_on: [two] }
tests:
  - name: all
    sources: { clip: { kind: module, module: lines.ts } }
    expect: { streams: { show: { items: 0 } } }
`

async function project() {
  const folder = await temporaryFolder()
  await writeFiles(folder, {
    'deep/shop.yaml': YAML,
    'deep/.env': 'PASSWORD=hunter2\nPIN_TOKEN=1234\nNATS_TOKEN=hunter2\nMODE=fast\n',
    'deep/one.env': 'KEPT=kept\nLEVEL=2\nDB_PASSWORD=hunter2\n',
    'deep/callbacks/show.ts': 'export const show = (x: unknown) => x\nexport const shaw = show\n',
    'deep/lines.ts': 'export default function* lines() {}\n',
    'deep/clip.mp4': '',
    'deep/nats.creds': '',
  })
  return { folder, file: join(folder, 'deep/shop.yaml') }
}

test('what is understood is shown without secrets, and understood in the same way again, from elsewhere', async () => {
  const { folder, file } = await project()
  const { config, yaml } = await loadConfig(file, { env: {} })
  expect(yaml).not.toMatch(/hunter2|1234|x-worker|debug/)
  expect(config).toMatchObject({
    server: { url: 'nats://***@h:4222', token: '***', credentials: join(folder, 'deep/nats.creds') },
    callbacks: [join(folder, 'deep/callbacks')],
    sources: {
      yard: { url: 'rtsp://***@h/1?key=***', fps: 5 },
      lines: { module: join(folder, 'deep/lines.ts'), args: { api_key: '***', pin: '***', say: 'a *** b' } },
    },
    nodes: {
      one: {
        restart: 'always',
        env: {
          KEPT: 'kept',
          LEVEL: '1.10',
          DB_PASSWORD: '***',
          MODE: 'fast',
          TEXT: '$${MODE}',
          MY_SECRET: '***',
        },
      },
    },
  })
  expect(Object.keys(config.nodes as object)).toEqual(['one', 'two'])
  await writeFiles(folder, { 'out.yaml': yaml })
  const again = await checkPipeline(join(folder, 'out.yaml'), { env: {}, imports: true })
  expect(again.diagnostics).toEqual([])
  const { plan } = again
  const first = await loadPipeline(file, { env: {} })
  expect(plan?.callbackFolders).toEqual(first.callbackFolders)
  expect(plan?.nodes.one?.calls).toEqual(first.nodes.one?.calls)
  expect(plan?.nodes.one?.env).toEqual({
    ...first.nodes.one?.env,
    DB_PASSWORD: '***',
    MY_SECRET: '***',
  })
  expect(again.tests).toHaveLength(1)
})

test('nodes of an active profile are shown, and take part again without it', async () => {
  const { folder, file } = await project()
  const { config, yaml } = await loadConfig(file, { env: {}, profiles: ['debug'] })
  expect(Object.keys(config.nodes as object)).toEqual(['one', 'two', 'three'])
  await writeFiles(folder, { 'out.yaml': yaml })
  expect(Object.keys((await loadPipeline(join(folder, 'out.yaml'), { env: {} })).nodes)).toHaveLength(3)
})

test('a faulty pipeline is refused as everywhere', async () => {
  const { file } = await project()
  await writeFiles(join(file, '..'), { '.env': '' })
  await expect(loadConfig(file, { env: {} })).rejects.toMatchObject({
    code: 'DAFFI_PIPELINE_INVALID',
    exitCode: 78,
  })
})
