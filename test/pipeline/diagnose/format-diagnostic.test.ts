import { relative } from 'node:path'
import { expect, test } from 'vitest'
import { codeFrame } from '../../../src/runtime/pipeline/diagnose/code-frame.js'
import { formatDiagnostic } from '../../../src/runtime/pipeline/index.js'
import { checkYaml, pipelineYaml } from '../check-yaml.js'

test('location, code, path, message, suggestion and frame', async () => {
  const { diagnostics, file } = await checkYaml(
    pipelineYaml({ source: '{ kind: camera, device: test, fsp: 5 }' }),
  )
  const [fault] = diagnostics
  if (!fault) throw new Error('no fault')
  const path = relative(process.cwd(), file)
  expect(formatDiagnostic(fault, { colour: false }))
    .toBe(`${path.length < file.length ? path : file}:4:41 DAFFI_UNKNOWN_KEY sources.camera.fsp
  unknown key "fsp"; known here: kind, device, size, fps, format, frames, stall_timeout, ffmpeg_args; did you mean fps?

      2 |
      3 | sources:
    > 4 |   camera: { kind: camera, device: test, fsp: 5 }
        |                                         ^^^
      5 | nodes:
      6 |   one:
`)
  expect(formatDiagnostic(fault, { colour: true })).toContain('\u001B[31mDAFFI_UNKNOWN_KEY')
})

test('carets stand under tabs, and stay on the line', () => {
  expect(codeFrame('\ta: [\n1\n]', { line: 1, column: 5, length: 7 })).toBe(
    '> 1 | \ta: [\n    | \t   ^\n  2 | 1\n  3 | ]',
  )
})

test('a long line is cut', () => {
  const frame = codeFrame('x'.repeat(500), { line: 1, column: 400, length: 1 })
  expect(frame.length).toBeLessThan(200)
})
