import { Global } from 'daffi'
import { bookOf } from './book.js'

// Offers a callback for each kind of stream, which writes down what it gets: the truth.
const { name, url, pipeline, folder, kinds } = JSON.parse(process.argv[2])

const g = await Global.connect({
  server: url,
  pipeline,
  processName: name,
  callbacks: Object.fromEntries(kinds.map((kind) => [kind, bookOf(kind, name, folder)])),
})
process.on('message', async () => {
  await g.close()
  process.exit()
})
process.once('disconnect', () => process.exit(1))
process.send('ready')
