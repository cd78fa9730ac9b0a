import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkYaml, expectFault, pipelineYaml, titled } from '../../check-yaml.js'

const source = (text: string) => pipelineYaml({ source: text })
const module = (text: string) => source(`{ kind: module, ${text} }`)
const camera = (args: string) => source(`{ kind: camera, device: test, ffmpeg_args: ${args} }`)
const file = (args: string) => source(`{ kind: file, path: pipeline.yaml, ffmpeg_args: ${args} }`)
const secure = (tls: string) => source(`{ kind: rtsp, url: 'rtsps://host/a', tls: { ${tls} } }`)
const FILES = { 'words.ts': 'export const words = ["a"]\nexport const more = []' }
const CAMERA = 'sources.camera'

test.each(
  titled([
    [source('{ kind: file, path: «pipelin.yaml→pipeline.yaml» }'), 'MISSING_FILE', `${CAMERA}.path`],
    [source('{ kind: file, path: «callbacks» }'), 'MISSING_FILE', `${CAMERA}.path`, 'is a folder'],
    [
      camera('[«-pixel_fromat→-pixel_format», nv12]'),
      'BAD_VALUE',
      `${CAMERA}.ffmpeg_args[0]`,
      'is not one of -probesize',
    ],
    [camera('[«-vf», movie=/etc/passwd]'), 'BAD_VALUE', `${CAMERA}.ffmpeg_args[0]`],
    [camera("['-threads', «many»]"), 'BAD_VALUE', `${CAMERA}.ffmpeg_args[1]`, 'must be a whole number'],
    [camera('[-threads, 2, «-probesize»]'), 'BAD_VALUE', `${CAMERA}.ffmpeg_args[2]`, 'has no value after it'],
    [file('[-f, «lavfi»]'), 'BAD_VALUE', `${CAMERA}.ffmpeg_args[1]`, 'is not one of hls, dash, concat'],
    [secure('ca: «pipelin.yaml→pipeline.yaml»'), 'MISSING_FILE', `${CAMERA}.tls.ca`],
    [secure('ca: pipeline.yaml, insecure: «true»'), 'BAD_VALUE', `${CAMERA}.tls.insecure`, 'beside ca'],
    [secure('«insecur→insecure»: true'), 'UNKNOWN_KEY', `${CAMERA}.tls.insecur`],
    [module('module: «./callbacks/shwo.ts→./callbacks/show.ts»'), 'MISSING_FILE', `${CAMERA}.module`],
    [module('module: «words→words.ts»'), 'MISSING_FILE', `${CAMERA}.module`],
    [module('module: «pipeline.yaml»'), 'BAD_VALUE', `${CAMERA}.module`, '.ts, .mts, .js, .mjs'],
    [module('module: words.ts, export: «wrods→words»'), 'NO_EXPORT', `${CAMERA}.export`],
    [
      module('module: «words.ts»'),
      'NO_EXPORT',
      `${CAMERA}.module`,
      'no default export; exports: words, more',
    ],
  ]),
)('%s', (_, each) => expectFault(each, FILES))

test('a module with a syntax error', async () => {
  const files = { 'bad.ts': 'export default function* () {' }
  const { folder, diagnostics } = await checkYaml(module('module: ./bad.ts'), { files })
  const code = 'DAFFI_MODULE_SYNTAX'
  expect(diagnostics).toMatchObject([
    { file: join(folder, 'bad.ts'), line: 1, column: 30, code, path: `${CAMERA}.module` },
  ])
})

test('an export that may come from another module is not reported as missing', async () => {
  const files = { 'all.ts': 'export * from "./words.js"', 'words.ts': '' }
  expect((await checkYaml(module('module: ./all.ts, export: words'), { files })).diagnostics).toEqual([])
})

test('a missing camera is not a fault of the file', async () => {
  const { plan } = await checkYaml(source('{ kind: camera, device: /dev/video99 }'))
  expect(plan?.sources.camera).toMatchObject({ device: '/dev/video99' })
})

test('a file of certificates is relative to the pipeline file', async () => {
  const { plan, folder, diagnostics } = await checkYaml(secure('ca: certs/camera.pem'), {
    files: { 'certs/camera.pem': '' },
  })
  expect(diagnostics).toEqual([])
  expect(plan?.sources.camera).toMatchObject({
    tls: { ca: join(folder, 'certs/camera.pem'), insecure: false },
  })
})
