import type { NetworkPlan } from '../../core/plan/plan.js'
import type { Input } from './input.js'
import { LOW_LATENCY } from './low-latency.js'
import type { ResolvedUrl } from './resolve-host.js'

/** Input of a network camera at one of its addresses. */
export function networkInput({ kind, ffmpegArgs }: NetworkPlan, { url, host }: ResolvedUrl): Input {
  const own =
    kind === 'rtsp' ? RTSP : [...HTTP, ...(host === undefined ? [] : ['-headers', `Host: ${host}\r\n`])]
  return { args: [...own, ...LOW_LATENCY, ...ffmpegArgs, '-i', url], jpeg: true, url }
}

const RTSP = ['-protocol_whitelist', 'rtsp,rtsps,rtp,srtp,udp,tcp,tls,http', '-rtsp_transport', 'tcp']

/** Uses the wall clock, as multipart JPEG carries no timestamps, without which `fps` could not be kept. */
const HTTP = [
  '-protocol_whitelist',
  'http,https,httpproxy,tcp,tls,crypto',
  '-use_wallclock_as_timestamps',
  '1',
]
