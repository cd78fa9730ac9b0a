import { spawn } from 'node:child_process'
import { bytesOf } from '../lib/items.js'
import { readAll } from '../lib/read-all.js'

/** The least that a program can do with ffmpeg: join what its pipe gives into frames, and read those. */
const source = 'testsrc2=size=1920x1080:rate=30'
const output = ['-c:v', 'rawvideo', '-pix_fmt', 'bgr24', '-threads', '1', '-f', 'rawvideo', 'pipe:1']
const ffmpeg = spawn(process.argv[2], ['-v', 'error', '-re', '-f', 'lavfi', '-i', source, ...output], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
process.once('SIGINT', () => ffmpeg.kill('SIGKILL'))

const frame = Buffer.alloc(bytesOf('1080p'))
let filled = 0
let frames = 0
for await (const chunk of ffmpeg.stdout) {
  for (let offset = 0; offset < chunk.length;) {
    const copied = chunk.copy(frame, filled, offset)
    offset += copied
    filled += copied
    if (filled < frame.length) continue
    filled = 0
    readAll(frame)
    if (frames++ === 0) console.log('first frame')
  }
}
