import { formatTime } from '../dom/format.js'

const days = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const years = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })

/** Formats a time of any day: without the day when it is today, and with the year when that is another one. */
export function formatMoment(time: number, now = Date.now()): string {
  const [then, today] = [new Date(time), new Date(now)]
  if (then.toDateString() === today.toDateString()) return formatTime(time)
  const day = then.getFullYear() === today.getFullYear() ? days.format(then) : years.format(then)
  return `${day}, ${formatTime(time)}`
}
