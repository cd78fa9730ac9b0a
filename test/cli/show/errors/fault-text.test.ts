import { relative } from 'node:path'
import { expect, test } from 'vitest'
import { coloursFor, faultText } from '../../../../src/cli/index.js'
import { checkYaml, pipelineYaml } from '../../../pipeline/check-yaml.js'

test('location, code, path, message, suggestion and frame', async () => {
  const { diagnostics, file } = await checkYaml(
    pipelineYaml({ source: '{ kind: camera, device: test, fsp: 5 }' }),
  )
  const [fault] = diagnostics
  if (!fault) throw new Error('no fault')
  const path = relative(process.cwd(), file)
  expect(faultText(fault, coloursFor({ isTTY: false })))
    .toBe(`${path.length < file.length ? path : file}:4:41 DAFFI_UNKNOWN_KEY sources.camera.fsp
  unknown key "fsp"; known here: kind, device, size, fps, format, frames, stall_timeout, ffmpeg_args; did you mean fps?

      2 |
      3 | sources:
    > 4 |   camera: { kind: camera, device: test, fsp: 5 }
        |                                         ^^^
      5 | nodes:
      6 |   one:
`)
})
