import { askFfmpeg } from './ask-ffmpeg.js'
import { avfoundationCameras } from './avfoundation.js'
import type { Camera } from './camera.js'
import { dshowCameras } from './dshow.js'
import { v4l2Cameras } from './v4l2.js'

/**
 * Lists the capture devices of this machine with their modes. On macOS and Windows it asks ffmpeg.
 * @throws DaffiError what `ensureBinary` throws
 */
export async function listCameras(signal: AbortSignal): Promise<Camera[]> {
  switch (process.platform) {
    case 'linux':
      return await v4l2Cameras()
    case 'darwin':
      return await avfoundationCameras(await askFfmpeg(signal))
    case 'win32':
      return await dshowCameras(await askFfmpeg(signal))
    default:
      return []
  }
}
