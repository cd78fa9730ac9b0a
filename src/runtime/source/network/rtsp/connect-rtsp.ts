import type { NetworkPlan } from '../../../core/plan/plan.js'
import { splitCameraUrl } from '../../../core/text/camera-url.js'
import type { Connection, ConnectionLimits } from '../connection.js'
import { openWithin } from '../opening.js'
import { dial } from './dial.js'
import { Relay } from './relay.js'

/**
 * Longest time of video, in microseconds, that ffmpeg looks at before its first picture. By its own measure it waits for seven
 * pictures of H.264.
 */
const ANALYSIS_US = '500000'

/**
 * Connects to an `rtsp` or `rtsps` camera, through a relay from which ffmpeg reads.
 * @throws NetworkFailure
 */
export async function connectRtsp(
  { url: text, tls, redirects, ffmpegArgs }: NetworkPlan,
  { signal, silenceMs }: ConnectionLimits,
): Promise<Connection> {
  const target = splitCameraUrl(text)
  const camera = await openWithin(silenceMs, signal, (limited) => dial(target.url, { tls, signal: limited }))
  const relay = await Relay.open(camera, { ...target, tls, redirects })
  return {
    args: [
      ...['-protocol_whitelist', 'rtsp,rtp,udp,tcp', '-format_whitelist', 'rtsp'],
      ...['-rtsp_transport', 'tcp', '-analyzeduration', ANALYSIS_US, ...ffmpegArgs, '-i', relay.url],
    ],
    mayBeFile: false,
    failure: () => relay.failure,
    show: (line) => line.replaceAll(relay.url, `${target.url.protocol}//${target.url.host}`),
    close: () => relay.close(),
  }
}
