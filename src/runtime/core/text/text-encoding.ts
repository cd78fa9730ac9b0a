/** Bytes of a file that show in which wide encoding it is. */
const SEEN = 8

const ASCII = String.raw`[\x01-\x7f]`
/** First bytes of text in UTF-16 and UTF-32: a byte order mark, or two characters of ASCII. */
const WIDE: [name: string, start: RegExp][] = [
  [
    'UTF-32',
    new RegExp(`^(?:\\xff\\xfe\\0\\0|\\0\\0\\xfe\\xff|(?:${ASCII}\\0{3}){2}|(?:\\0{3}${ASCII}){2})`),
  ],
  ['UTF-16', new RegExp(`^(?:\\xff\\xfe|\\xfe\\xff|(?:${ASCII}\\0){2}|(?:\\0${ASCII}){2})`)],
]

/** Says that bytes are text in UTF-16 or UTF-32, which is read as UTF-8 by nobody; undefined when they are not. */
export function wideFault(bytes: Buffer): string | undefined {
  const start = bytes.toString('latin1', 0, SEEN)
  const [name] = WIDE.find(([, pattern]) => pattern.test(start)) ?? []
  return name === undefined ? undefined : `it is text in ${name}, not in UTF-8; save it as UTF-8`
}

/** Says why bytes are not text in UTF-8, and where; undefined when they are. */
export function utf8Fault(bytes: Buffer): string | undefined {
  const wide = wideFault(bytes)
  if (wide !== undefined) return wide
  const zero = bytes.indexOf(0)
  if (zero >= 0) return `it is not text: there is a byte 0 in line ${lineAt(bytes, zero)}`
  const again = Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes))
  if (again.equals(bytes)) return undefined
  const at = bytes.findIndex((byte, index) => byte !== again[index])
  const byte = `0x${bytes.toString('hex', at, at + 1).toUpperCase()}`
  const where = `line ${lineAt(bytes, at)} has the byte ${byte}`
  return `it is not text in UTF-8: ${where}, as text in Latin-1 or Windows-1252 may; save it as UTF-8`
}

function lineAt(bytes: Buffer, offset: number): number {
  return bytes.toString('latin1', 0, offset).split('\n').length
}
