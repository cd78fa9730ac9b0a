/** A time in ISO 8601. One that others have made up may be beyond the calendar, and is its beginning then. */
export function isoTime(ms: number): string {
  const time = new Date(ms)
  return Number.isNaN(time.getTime()) ? new Date(0).toISOString() : time.toISOString()
}
