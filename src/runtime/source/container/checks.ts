import type { Bytes } from './bytes.js'
import { boxesAreCutOff, chunksAreCutOff, elementsAreCutOff, riffIsCutOff } from './nested.js'
import { flvIsCutOff, gifIsCutOff, jpegsAreCutOff, packetsAreCutOff } from './tail.js'

/** Whether a file of one format is cut off. */
export type CutOffCheck = (bytes: Bytes) => Promise<boolean>

const BOXES = ['ftyp', 'styp', 'moov', 'mdat', 'moof', 'free', 'skip', 'wide', 'pnot', 'sidx']
/** Sizes of MPEG-TS packets: plain, with a time in front, with error correction behind; and where their sync bytes are. */
const PACKETS = [
  { packet: 188, sync: 0 },
  { packet: 192, sync: 4 },
  { packet: 204, sync: 0 },
] as const

const begins = (text: string) => (head: Buffer) => head.toString('latin1', 0, text.length) === text

/** Checks of the formats that say where they end, by what a file begins with. */
export const AT_START: readonly { matches: (head: Buffer) => boolean; check: CutOffCheck }[] = [
  { matches: (head) => BOXES.includes(head.toString('latin1', 4, 8)), check: boxesAreCutOff },
  { matches: begins('\x1a\x45\xdf\xa3'), check: elementsAreCutOff },
  { matches: begins('RIFF'), check: riffIsCutOff },
  { matches: begins('\x89PNG\r\n\x1a\n'), check: chunksAreCutOff },
  { matches: begins('FLV\x01'), check: flvIsCutOff },
  { matches: begins('GIF8'), check: gifIsCutOff },
  { matches: begins('\xff\xd8\xff'), check: jpegsAreCutOff },
  ...PACKETS.map(({ packet, sync }) => ({
    matches: (head: Buffer) => [0, 1, 2].every((n) => head[sync + n * packet] === 0x47),
    check: (bytes: Bytes) => packetsAreCutOff(bytes, packet),
  })),
]
