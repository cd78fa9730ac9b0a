/** Small pipelines that the end-to-end tests write into projects of their own: in JavaScript, as a compiler would be loaded by each node. */

const show = `let count = 0
export default (frame) => {
  count++
  if (count === 1) console.log('first frame', frame.width, frame.height, frame.format, frame.data.length)
}
`

/** The main job, with small pictures: process1 streams a camera to process2 and process3. */
export const camera = {
  'camera.yaml': `
name: camera
callbacks: ./callbacks
sources:
  camera: { kind: camera, device: test, size: 160x120, fps: 30, format: bgr24 }
nodes:
  process1:
    calls:
      - { call: show_stream, source: camera, modifier: STREAM, wait_for: [process2, process3] }
  process2: { callbacks: [show_stream] }
  process3: { callbacks: [show_stream] }
`,
  'callbacks/show_stream.js': show,
}

/** Numbers from 1 to 1000, and calls of the other kinds beside them. */
export const numbers = {
  'numbers.yaml': `
name: numbers
callbacks: ./callbacks
sources:
  numbers: { kind: module, module: ./numbers.js, args: { last: 1000 } }
nodes:
  sender:
    calls:
      - { call: collect, source: numbers, modifier: STREAM, wait_for: [one, two] }
      - { call: add, args: [1, 2] }
      - { call: whoami, modifier: BROADCAST, wait_for: [one, two] }
      - { call: note, args: [hello], modifier: NO_RETURN }
  one: { callbacks: [collect, whoami, add], env: { WHO: one } }
  two: { callbacks: [collect, whoami, note], env: { WHO: two } }
`,
  'numbers.js': `
export default function* numbers({ last }) {
  for (let n = 1; n <= last; n++) yield n
}
`,
  'callbacks/collect.js': `
let expected = 1
export default (n) => {
  if (n !== expected++) throw new Error(\`\${n} came out of order\`)
  if (n === 1000) console.log('all 1000 in order')
}
`,
  'callbacks/whoami.js': `export default () => process.env.WHO`,
  'callbacks/add.js': `export default (a, b) => a + b`,
  'callbacks/note.js': `export default (text) => console.log('noted', text)`,
}

/** The module of an endless slow source. */
export const ticks = `
import { setTimeout as delay } from 'node:timers/promises'
export default async function* ticks() {
  for (let n = 1; ; n++) {
    await delay(20)
    yield n
  }
}
`

/** Says `item` of about every tenth item: a live stream drops any when its receiver gets no turn for a while. */
export const sayEveryTenth = `
let next = 10
export default (n) => {
  if (n < next) return
  console.log('item', n)
  next = n + 10
}
`

/** An endless slow source to one receiver, whose callback `work` each test writes. */
export const endless = (work: string, { receiver = '' } = {}): Record<string, string> => ({
  'pipeline.yaml': `
name: endless
callbacks: ./callbacks
sources:
  ticks: { kind: module, module: ./ticks.js }
nodes:
  writer:
    calls: [{ call: work, source: ticks, modifier: { STREAM: { delivery: live } }, wait_for: [worker] }]
  worker: { callbacks: [work]${receiver} }
`,
  'ticks.js': ticks,
  'callbacks/work.js': work,
})
