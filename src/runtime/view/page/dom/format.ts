const counts = new Intl.NumberFormat('en-US')
const times = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })

export const formatCount = (count: number): string => counts.format(count)

export const formatTimes = (count: number, what: string): string =>
  `${formatCount(count)} ${what}${count === 1 ? '' : 's'}`

export const formatTime = (time: number): string => times.format(time)

/** Formats items per second: with a decimal below 100, rounded above. */
export function formatRate(rate: number): string {
  return `${rate < 100 ? rate.toFixed(1) : counts.format(Math.round(rate))}/s`
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  const value = bytes / 1024 ** power
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power] ?? ''}`
}

export function formatLatency(latency: { p50: number; p99: number } | null): string {
  if (!latency) return '–'
  const ms = (value: number): string => (value < 10 ? value.toFixed(1) : Math.round(value).toString())
  return `${ms(latency.p50)} / ${ms(latency.p99)} ms`
}
