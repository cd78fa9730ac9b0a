import { GIB, MIB } from '../../runtime/core/bytes.js'

const counts = new Intl.NumberFormat('en-US')

export function formatCount(count: number): string {
  return counts.format(count)
}

export function formatBytes(bytes: number): string {
  return bytes >= GIB ? `${(bytes / GIB).toFixed(2)} GiB` : `${(bytes / MIB).toFixed(1)} MiB`
}

export function formatRate(bytes: number, seconds: number): string {
  return `${(seconds > 0 ? bytes / MIB / seconds : 0).toFixed(1)} MiB/s`
}

export function formatFps(items: number, seconds: number): string {
  return `${(seconds > 0 ? items / seconds : 0).toFixed(1)} fps`
}
