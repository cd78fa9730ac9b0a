import type { Ask } from './ask-ffmpeg.js'
import { distinct, type Camera, type CameraMode } from './camera.js'

/** The cameras of Windows. */
export async function dshowCameras(ask: Ask): Promise<Camera[]> {
  const names = parseNames(await ask('-f', 'dshow', '-list_devices', 'true', '-i', 'dummy'))
  const cameras: Camera[] = []
  for (const name of names) {
    const lines = await ask('-f', 'dshow', '-list_options', 'true', '-i', `video=${name}`)
    const modes = parseModes(lines)
    const problem = modes.length > 0 ? null : (lines.at(-1) ?? 'it lists no modes')
    cameras.push({ device: name, name, modes, problem })
  }
  return cameras
}

/** Up to ffmpeg 4 `"Integrated Camera"` in the part on video devices; since then `"Integrated Camera" (video)`. */
export function parseNames(lines: readonly string[]): string[] {
  let part = 'video'
  return lines.flatMap((line) => {
    part = /^DirectShow (video|audio) devices/.exec(line)?.[1] ?? part
    const [, name, kind = part] = /^\s*"(.+)"(?: \((\w+)[^)]*\))?$/.exec(line) ?? []
    return name !== undefined && kind === 'video' ? [name] : []
  })
}

/** `  vcodec=mjpeg  min s=640x480 fps=5 max s=1280x720 fps=30`: the largest size stands for those in between. */
export function parseModes(lines: readonly string[]): CameraMode[] {
  const modes = lines.flatMap((line): CameraMode[] => {
    const match =
      /^\s*(?:vcodec|pixel_format)=(\w+)\s+min s=\d+x\d+ fps=([\d.]+) max s=(\d+)x(\d+) fps=([\d.]+)/.exec(
        line,
      )
    if (!match) return []
    const [, format = '', min, width, height, max] = match
    return [
      { format, width: Number(width), height: Number(height), fps: { min: Number(min), max: Number(max) } },
    ]
  })
  return distinct(modes)
}
