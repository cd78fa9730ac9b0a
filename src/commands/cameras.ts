import { BaseCommand } from '../cli/index.js'
import type { Camera, CameraMode } from '../runtime/index.js'

interface CamerasResult {
  cameras: Camera[]
}

export default class Cameras extends BaseCommand<CamerasResult> {
  static override summary = 'List the cameras of this machine, with their formats, sizes and rates.'
  static override examples = ['<%= config.bin %> cameras', '<%= config.bin %> cameras --json']

  override async run(): Promise<CamerasResult> {
    await this.parse(Cameras)
    const { listCameras } = await import('../runtime/index.js')
    const cameras = await listCameras(this.signals.stop)
    const { bold, yellow } = this.colours
    for (const { device, name, modes, problem } of cameras) {
      this.log(`${bold(device)}  ${name === device ? '' : name}`.trimEnd())
      for (const line of modeLines(modes)) this.log(`  ${line}`)
      if (problem !== null) this.log(`  ${yellow(problem)}`)
    }
    if (cameras.length === 0) this.log("no cameras; device: test gives ffmpeg's own pattern")
    return { cameras }
  }
}

/** A line for each format and rate, with all sizes that the camera has in it. */
function modeLines(modes: CameraMode[]): string[] {
  const sizes = new Map<string, string[]>()
  for (const { format, width, height, fps } of modes) {
    const rates = fps === null ? '' : `${fps.min === fps.max ? '' : `${fps.min}-`}${fps.max} fps`
    const key = [format ?? '', rates].filter((part) => part !== '').join('  ')
    sizes.set(key, [...(sizes.get(key) ?? []), `${width}x${height}`])
  }
  return [...sizes].map(([key, each]) => `${key}  ${each.join(' ')}`.trim())
}
