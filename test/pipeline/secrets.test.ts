import { expect, test } from 'vitest'
import { checkYaml, pipelineYaml } from './check-yaml.js'

/** Pipelines with one or more faults beside, or in, a secret `hunter2`, which is in the file or in the environment. */
test.each<[string, string]>([
  ['the password of a source', pipelineYaml({ source: '{ kind: rtsp, url: rtpp://me:hunter2@h/1 }' })],
  [
    'the query of a source',
    pipelineYaml({ source: '{ kind: rtsp, url: rtsp://h/1?password=hunter2, x: 1 }' }),
  ],
  [
    'a quoted password with spaces',
    pipelineYaml({ source: '{ kind: rtsp, url: "rtsp://me:x hunter2@h/1", x: 1 }' }),
  ],
  ...['x/hunter2', 'x?hunter2', 'x#hunter2', 'p@ss?hunter2', 'x hunter2', 'hunter2%ff', '12/hunter2%'].map(
    (password): [string, string] => [
      `a password that is not encoded, ${password}`,
      pipelineYaml({ source: `{ kind: http, url: "http://me:${password}@h/1?token=hunter2" }` }),
    ],
  ),
  ['the token of a server', pipelineYaml({ top: 'server: { url: "nats://hunter2@h", x: 1 }' })],
  ['a server that is no mapping', pipelineYaml({ top: 'server: nats://me:hunter2@h' })],
  ['a server whose password has spaces', pipelineYaml({ top: 'server: "nats://me:x hunter2@h"' })],
  ['an environment that is no mapping', pipelineYaml({ node: '{ callbacks: [show], env: hunter2 }' })],
  ['an environment that is a list', pipelineYaml({ node: '{ callbacks: [show], env: [hunter2] }' })],
  ['the environment of a node', pipelineYaml({ node: '{ callbacks: [shw], env: { PIN: hunter2 } }' })],
  ['an unknown key', pipelineYaml({ source: '{ kind: rtsp, url: "rtsp://h/1", password: hunter2 }' })],
  ['an argument', pipelineYaml({ call: '{ call: shw, args: [{ api_key: hunter2 }] }' })],
  ['a line above a fault', pipelineYaml({ node: '\n    env:\n      PIN: hunter2\n    callbacks: [shw]' })],
  ['a mistake in the YAML', `${pipelineYaml()}token: hunter2\nb: ["\n`],
  ['a default for the environment', pipelineYaml({ top: 'x: "${NO_PASSWORD:-hunter2}"' })],
  ['a number', pipelineYaml({ source: '{ kind: camera, device: test, fps: "${SECRET}" }' })],
  ['a size', pipelineYaml({ source: '{ kind: camera, device: test, size: "${SECRET}" }' })],
  ['a choice', pipelineYaml({ source: '{ kind: camera, device: test, format: "${SECRET}" }' })],
  ['a duration', pipelineYaml({ source: '{ kind: camera, device: test, stall_timeout: "${SECRET}" }' })],
  ['a schedule', pipelineYaml({ call: '{ call: show, modifier: { PERIOD: { cron: "${SECRET}" } } }' })],
  ['a file', pipelineYaml({ source: '{ kind: file, path: "./${SECRET}.mp4" }' })],
  ['a module', pipelineYaml({ source: '{ kind: module, module: "${SECRET}" }' })],
  ['a node', pipelineYaml({ call: '{ call: show, to: "${SECRET}" }' })],
  ['a callback', pipelineYaml({ node: '{ callbacks: ["${SECRET}"] }' })],
  [
    'a list of known names',
    pipelineYaml({ node: '{ callbacks: ["${SECRET}"] }', call: '{ call: nothing }' }),
  ],
  ['a source', pipelineYaml({ call: '{ call: show, source: "${SECRET}", modifier: STREAM }' })],
  ['a type', pipelineYaml({ node: '{ callbacks: "${SECRET}" }' })],
])('%s is told to nobody', async (_, yaml) => {
  const { diagnostics } = await checkYaml(yaml, { env: { SECRET: 'hunter2' } })
  expect(diagnostics.length).toBeGreaterThan(0)
  expect(JSON.stringify(diagnostics)).not.toMatch(/hunter2/)
})

test('a value of the environment stands as it is written in the file', async () => {
  const { diagnostics } = await checkYaml(
    pipelineYaml({ source: '{ kind: camera, device: test, fps: "${FPS}", size: "${W}x${H}" }' }),
    { env: { FPS: 'hunter2', W: '640', H: 'tall' } },
  )
  expect(diagnostics.map(({ message }) => message)).toEqual([
    'fps: must be a number, not the text ${FPS}',
    expect.stringMatching(/^size: \$\{W\}x\$\{H\} is not a size/),
  ])
})

test('a secret in a module is told to nobody', async () => {
  const { diagnostics } = await checkYaml(pipelineYaml(), {
    files: { 'callbacks/broken.ts': `const password = 'hunter2'\nexport const x = (\n` },
  })
  expect(diagnostics).toMatchObject([{ code: 'DAFFI_MODULE_SYNTAX' }])
  expect(JSON.stringify(diagnostics)).not.toMatch(/hunter2/)
})

test('stars keep what is marked in its place', async () => {
  const { diagnostics } = await checkYaml(
    pipelineYaml({ source: '{ kind: rtsp, url: "rtsp://me:hunter2@h/1", fsp: 3 }' }),
  )
  expect(diagnostics[0]?.frame).toContain(
    [
      '> 4 |   camera: { kind: rtsp, url: "rtsp://**********@h/1", fsp: 3 }',
      '    |                                                       ^^^',
    ].join('\n'),
  )
})
