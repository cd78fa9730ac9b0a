import { parse } from 'node:path'

/**
 * Files of a project in which one node streams the test pattern of ffmpeg to others.
 * @param {{ size: string, writer: string, readers: string[], module: string, code: string }} camera `module` is the file
 * of the callback, which is named after it, and `code` its text
 */
export function cameraProject({ size, writer, readers, module, code }) {
  const callback = parse(module).name
  return {
    'package.json': '{ "type": "module" }',
    'camera.yaml': `
name: bench
sources:
  camera: { kind: camera, device: test, size: ${size}, fps: 30, format: bgr24 }
nodes:
  ${writer}:
    calls: [{ call: ${callback}, source: camera, modifier: STREAM, wait_for: [${readers.join(', ')}] }]
${readers.map((reader) => `  ${reader}: { callbacks: [${callback}] }`).join('\n')}
`,
    [`callbacks/${module}`]: code,
  }
}
