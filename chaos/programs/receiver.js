import { openSync, writeSync } from 'node:fs'
import { context, Global } from 'daffi'

// Offers a callback for each kind of stream, which writes down what it gets before it does anything else: the truth.
const { name, url, pipeline, folder, kinds } = JSON.parse(process.argv[2])

const bookOf = (kind) => {
  const book = openSync(`${folder}/${name}.${kind}`, 'a')
  return ({ writer, number, time }) => {
    const again = context().redelivered ? 1 : 0
    writeSync(book, `${writer} ${number} ${time} ${Date.now()} ${again}\n`)
  }
}

const g = await Global.connect({
  server: url,
  pipeline,
  processName: name,
  callbacks: Object.fromEntries(kinds.map((kind) => [kind, bookOf(kind)])),
})
process.on('message', async () => {
  await g.close()
  process.exit()
})
process.once('disconnect', () => process.exit(1))
process.send('ready')
