import { expect, test } from 'vitest'
import { checkYaml, pipelineYaml, unmark } from '../check-yaml.js'

const ENV = { FPS: '12.5', SIZE: '640x480', EMPTY: '', PACED: 'true', INJECT: 'x, kind: rtsp }\nnodes: {}' }

async function camera(source: string) {
  const { plan, diagnostics } = await checkYaml(pipelineYaml({ source }), { env: ENV })
  expect(diagnostics).toEqual([])
  return plan?.sources.camera
}

test.each([
  ['${SIZE}', '640x480'],
  ['a-${SIZE}-${FPS}', 'a-640x480-12.5'],
  ['${UNSET:-/dev/video0}', '/dev/video0'],
  ['${EMPTY:-test}', 'test'],
  ['${SIZE:?say which}', '640x480'],
  ['x${EMPTY}', 'x'],
  ['$${SIZE} $$ $SIZE', '${SIZE} $$ $SIZE'],
  ['${INJECT}', ENV.INJECT],
])('device: "%s"', async (text, expected) => {
  expect(await camera(`{ kind: camera, device: "${text}" }`)).toMatchObject({ device: expected })
})

test('a value is read as the type that the key requires', async () => {
  const source = '{ kind: camera, device: "${UNSET:-0}", fps: "${FPS}", frames: "${N:-3}", size: "${SIZE}" }'
  expect(await camera(source)).toMatchObject({
    device: '0',
    fps: 12.5,
    frames: 3,
    size: { width: 640, height: 480 },
  })
})

test('the kind, the modifier and its options', async () => {
  const yaml = pipelineYaml({
    source: '{ kind: "${KIND:-file}", path: "${FILE:-pipeline.yaml}", paced: "${PACED}" }',
    call: '{ call: show, source: camera, modifier: { STREAM: { buffer: "${BUFFER:-4}" } } }',
  })
  const { plan, diagnostics } = await checkYaml(yaml, { env: ENV })
  expect(diagnostics).toEqual([])
  expect(plan?.sources.camera).toMatchObject({ kind: 'file', paced: true })
  expect(plan?.nodes.one?.calls[0]?.modifier).toMatchObject({ kind: 'STREAM', buffer: 4 })
})

test('without quotes in a block, a value stays text where the key requires text', async () => {
  const yaml = 'name: ${NAME}\nnodes:\n  one:\n    env:\n      A: ${VERSION}\n    replicas: ${N:-2}\n'
  const { plan, diagnostics } = await checkYaml(yaml, { env: { NAME: '42', VERSION: '1.10' } })
  expect(diagnostics).toEqual([])
  expect(plan).toMatchObject({ name: '42', nodes: { 'one-1': { env: { A: '1.10' } }, 'one-2': {} } })
})

test('in arguments, quotes decide between text and number, as elsewhere in YAML', async () => {
  const call =
    '\n        call: show\n        args:\n          - [a, "${N}"]\n      - call: show\n        args:\n          - ${N}'
  const { plan } = await checkYaml(pipelineYaml({ call }), { env: { N: '7' } })
  expect(plan?.nodes.one?.calls.map(({ args }) => args)).toEqual([[['a', '7']], [7]])
})

test('keys are not changed', async () => {
  const node = '{ callbacks: [show], env: { "${A}": x } }'
  const { diagnostics } = await checkYaml(pipelineYaml({ node }), { env: { A: 'B' } })
  expect(diagnostics).toMatchObject([{ code: 'DAFFI_BAD_NAME', path: 'nodes.two.env.${A}' }])
})

test.each([
  ['«"${UNSET}"»', 'DAFFI_MISSING_ENV', 'environment variable UNSET is not set'],
  ['«"${UNSET:?say which one}"»', 'DAFFI_MISSING_ENV', 'environment variable UNSET: say which one'],
  ['«"${EMPTY:?}"»', 'DAFFI_MISSING_ENV', 'environment variable EMPTY is empty'],
  ['«"${1A}"»', 'DAFFI_BAD_VALUE', '${1A} is not ${NAME}'],
  ['«"a ${SIZE"»', 'DAFFI_BAD_VALUE', '${SIZE is not ${NAME}'],
  ['«"${SIZE-x}"»', 'DAFFI_BAD_VALUE', '${SIZE-x} is not ${NAME}'],
])('%s', async (size, code, message) => {
  const { yaml, line, column } = unmark(
    pipelineYaml({ source: `{ kind: camera, device: test, size: ${size} }` }),
  )
  const { diagnostics } = await checkYaml(yaml, { env: ENV })
  expect(diagnostics).toMatchObject([{ line, column, code, path: 'sources.camera.size' }])
  expect(diagnostics[0]?.message).toContain(message)
})

test('a value of the wrong type is shown as the file has it, not the environment', async () => {
  const { diagnostics } = await checkYaml(
    pipelineYaml({ source: '{ kind: camera, device: test, fps: "${SIZE}" }' }),
    {
      env: ENV,
    },
  )
  expect(diagnostics).toMatchObject([
    { code: 'DAFFI_WRONG_TYPE', message: 'fps: must be a number, not the text ${SIZE}' },
  ])
})

test('a URL from the environment, which may hold a password, is not shown', async () => {
  const env = { URL: 'ftp://user:secret@host' }
  const { diagnostics } = await checkYaml(pipelineYaml({ source: '{ kind: rtsp, url: "${URL}" }' }), { env })
  expect(diagnostics).toMatchObject([{ code: 'DAFFI_BAD_VALUE', path: 'sources.camera.url' }])
  expect(JSON.stringify(diagnostics)).not.toContain('secret')
})
