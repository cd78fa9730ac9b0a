import type { AskFfmpeg } from './ask-ffmpeg.js'
import { distinct, type Camera, type CameraMode } from './camera.js'

/** The cameras of Windows. */
export async function dshowCameras(ask: AskFfmpeg): Promise<Camera[]> {
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

/** Parses names: up to ffmpeg 4 `"Integrated Camera"` in the section on video devices, later `"Integrated Camera" (video)`. */
export function parseNames(lines: readonly string[]): string[] {
  let section = 'video'
  return lines.flatMap((line) => {
    section = /^DirectShow (video|audio) devices/.exec(line)?.[1] ?? section
    const [, name, kind = section] = /^\s*"(.+)"(?: \((\w+)[^)]*\))?$/.exec(line) ?? []
    return name !== undefined && kind === 'video' ? [name] : []
  })
}

/** Parses lines such as `  vcodec=mjpeg  min s=640x480 fps=5 max s=1280x720 fps=30`, keeping only the largest size. */
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
