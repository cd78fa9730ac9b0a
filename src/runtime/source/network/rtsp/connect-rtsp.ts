import type { NetworkPlan } from '../../../core/plan/plan.js'
import { withoutUrlSecrets } from '../../../core/text/secrets.js'
import type { Connection, ConnectionLimits } from '../connection.js'
import { openWithin } from '../opening.js'
import { splitUrl } from '../url.js'
import { dial } from './dial.js'
import { Relay } from './relay.js'

/**
 * Connects to an `rtsp` or `rtsps` camera, through a relay from which ffmpeg reads.
 * @throws NetworkFailure
 */
export async function connectRtsp(
  { url: text, tls, redirects, ffmpegArgs }: NetworkPlan,
  { signal, silenceMs }: ConnectionLimits,
): Promise<Connection> {
  const target = splitUrl(text)
  const camera = await openWithin(silenceMs, signal, (limited) => dial(target.url, { tls, signal: limited }))
  const relay = await Relay.open(camera, { ...target, tls, redirects })
  return {
    args: [
      ...['-protocol_whitelist', 'rtsp,rtp,udp,tcp', '-format_whitelist', 'rtsp'],
      ...['-rtsp_transport', 'tcp', ...ffmpegArgs, '-i', relay.url],
    ],
    mayBeFile: false,
    failure: () => relay.failure,
    show: (line) => line.replaceAll(relay.url, withoutUrlSecrets(text)),
    close: () => relay.close(),
  }
}
