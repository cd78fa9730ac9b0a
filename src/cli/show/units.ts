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

const AGE_UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const

/** A time span for a table, with its two largest units: `3d 4h`, `12s`. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const first = AGE_UNITS.findIndex(([, unit]) => seconds >= unit)
  if (first === -1) return '0s'
  return AGE_UNITS.slice(first, first + 2)
    .map(
      ([name, unit], index) =>
        [name, Math.floor((index === 0 ? seconds : seconds % (AGE_UNITS[first]?.[1] ?? 1)) / unit)] as const,
    )
    .filter(([, number]) => number > 0)
    .map(([name, number]) => `${number}${name}`)
    .join(' ')
}
