import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureBinary } from '../../../src/runtime/binaries/index.js'
import { writeProgram } from '../../support/programs.js'

export interface V4l2Device {
  device: string
  /** Value for FFMPEG_PATH: an ffmpeg for which the script plays the device. */
  ffmpeg: string
}

/**
 * Stands in for hardware in a folder. When ffmpeg is told to read a v4l2 device, the script runs in its place, with
 * ffmpeg's path in `$ffmpeg`, the input's arguments in `$input`, and the output's arguments as its own.
 */
export async function v4l2Device(folder: string, script: string): Promise<V4l2Device> {
  const device = join(folder, 'video0')
  await writeFile(device, '')
  const { path } = await ensureBinary('ffmpeg')
  const ffmpeg = await writeProgram(
    join(folder, 'ffmpeg'),
    `ffmpeg='${path}'
case "$*" in *'-f v4l2'*) ;; *) exec "$ffmpeg" "$@" ;; esac
input=
while [ "$1" != -i ]; do input="$input $1"; shift; done
shift 2
${script}`,
  )
  return { device, ffmpeg }
}

/** Message of Linux and ffmpeg. */
export const BUSY = '[video4linux2,v4l2 @ 0x5] [error] ioctl(VIDIOC_STREAMON): Device or resource busy'
export const NO_SUCH_SIZE =
  '[avfoundation @ 0x5] [error] Selected video size (64x48) is not supported by the device.'
export const NO_JPEG =
  "[video4linux2,v4l2 @ 0x5] [error] Cannot find a proper format for codec 'mjpeg' (id 7), pixel format 'none' (id -1)"
