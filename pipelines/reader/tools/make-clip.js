// Makes clip.mp4 and clip.json: parcels with labels pass a camera on a belt. It needs sharp, the font DejaVu Sans and an
// ffmpeg with libx264, whose path is the only argument. The clip is committed, so nobody needs to run this.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'

const SIZE = { width: 640, height: 360 }
const FPS = 15
/** Pixels that the belt moves from one frame to the next. */
const SPEED = 12
/** Frames of the empty belt after each parcel, when nothing moves. */
const PAUSE = 9
const PARCELS = [
  { text: 'PARCEL 4711', colour: '#b98a56', y: 130, size: 44 },
  { text: 'FRAGILE', colour: '#c9a06b', y: 170, size: 52 },
  { text: 'BERLIN 10115', colour: '#a97c4c', y: 110, size: 40 },
  { text: 'Lot 2026-11', colour: '#bf9460', y: 190, size: 46 },
  { text: 'KEEP DRY', colour: '#b08350', y: 150, size: 50 },
]
const MARGIN = 34

const file = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const widthOf = ({ text, size }) => Math.round(text.length * size * 0.72) + 2 * MARGIN

function picture(parcel, x) {
  const box = parcel
    ? `<rect x="${x}" y="${parcel.y - 62}" width="${widthOf(parcel)}" height="150" rx="4" fill="${parcel.colour}"/>
       <rect x="${x + 14}" y="${parcel.y - 36}" width="${widthOf(parcel) - 28}" height="${parcel.size + 44}" fill="#f4f1ea"/>
       <text x="${x + widthOf(parcel) / 2}" y="${parcel.y + parcel.size / 2 + 6}" text-anchor="middle"
         font-family="DejaVu Sans" font-weight="bold" font-size="${parcel.size}" fill="#22252b">${parcel.text}</text>`
    : ''
  return `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360">
    <defs><linearGradient id="wall" x2="0" y2="1"><stop stop-color="#6d7683"/><stop offset="1" stop-color="#434a55"/></linearGradient></defs>
    <rect width="640" height="360" fill="url(#wall)"/><rect y="286" width="640" height="74" fill="#24272d"/>${box}</svg>`
}

const frames = PARCELS.flatMap((parcel) => {
  const width = widthOf(parcel)
  const steps = Math.ceil((SIZE.width + width) / SPEED)
  const passing = Array.from({ length: steps + 1 }, (_, step) => ({ parcel, x: SIZE.width - step * SPEED }))
  return [...passing, ...Array.from({ length: PAUSE }, () => ({ parcel: undefined, x: 0 }))]
})
/** A text is shown when the parcel with it is wholly in the picture. */
const shown = frames.map(({ parcel, x }) =>
  parcel && x >= 0 && x + widthOf(parcel) <= SIZE.width ? parcel.text : null,
)

const ffmpeg = spawn(
  process.argv[2] ?? 'ffmpeg',
  [
    ...['-y', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', '640x360', '-r', String(FPS), '-i', '-'],
    ...['-c:v', 'libx264', '-preset', 'veryslow', '-crf', '26', '-pix_fmt', 'yuv420p'],
    ...['-movflags', '+faststart', file('clip.mp4')],
  ],
  { stdio: ['pipe', 'inherit', 'inherit'] },
)
for (const { parcel, x } of frames) {
  const pixels = await sharp(Buffer.from(picture(parcel, x)))
    .flatten()
    .raw()
    .toBuffer()
  if (!ffmpeg.stdin.write(pixels)) await once(ffmpeg.stdin, 'drain')
}
ffmpeg.stdin.end()
await once(ffmpeg, 'close')
await writeFile(file('clip.json'), `${JSON.stringify({ fps: FPS, shown })}\n`)
