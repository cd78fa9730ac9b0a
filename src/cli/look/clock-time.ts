const digits = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const
const seconds = new Intl.DateTimeFormat('en-GB', digits)
const milliseconds = new Intl.DateTimeFormat('en-GB', { ...digits, fractionalSecondDigits: 3 })

/** The time of day in this machine's time zone. */
export function clockTime(time: number, { withMs = false } = {}): string {
  return (withMs ? milliseconds : seconds).format(time)
}
