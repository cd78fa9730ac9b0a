import type { AskFfmpeg } from './ask-ffmpeg.js'
import { distinct, type Camera, type CameraMode } from './camera.js'

/** The cameras of macOS, and its screens, which are capture devices too. */
export async function avfoundationCameras(ask: AskFfmpeg): Promise<Camera[]> {
  const devices = parseDevices(await ask('-f', 'avfoundation', '-list_devices', 'true', '-i', ''))
  const cameras: Camera[] = []
  for (const { index, name } of devices) {
    // ffmpeg lists the modes of a device only when asked for a size that the device does not have.
    const lines = await ask('-f', 'avfoundation', '-video_size', '1x1', '-framerate', '30', '-i', `${index}:`)
    const modes = parseModes(lines)
    const problem = modes.length > 0 ? null : (lines.at(-1) ?? 'it lists no modes')
    cameras.push({ device: index, name, modes, problem })
  }
  return cameras
}

/** Parses lines such as `[0] FaceTime HD Camera` in the section on video devices. */
export function parseDevices(lines: readonly string[]): { index: string; name: string }[] {
  const start = lines.findIndex((line) => line.includes('AVFoundation video devices'))
  const end = lines.findIndex((line) => line.includes('AVFoundation audio devices'))
  return lines.slice(start + 1, end === -1 ? undefined : end).flatMap((line) => {
    const [, index, name] = /^\[(\d+)\] (.+)$/.exec(line) ?? []
    return index === undefined || name === undefined ? [] : [{ index, name }]
  })
}

/** Parses lines such as `  1280x720@[15.000000 30.000000]fps`. */
export function parseModes(lines: readonly string[]): CameraMode[] {
  const modes = lines.flatMap((line): CameraMode[] => {
    const match = /^\s*(\d+)x(\d+)@\[([\d.]+) ([\d.]+)\]fps/.exec(line)
    if (!match) return []
    const [width = 0, height = 0, min = 0, max = 0] = match.slice(1).map(Number)
    return [{ format: null, width, height, fps: { min, max } }]
  })
  return distinct(modes)
}
