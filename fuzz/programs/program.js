import { Global } from 'daffi'
import { callbacks } from './callbacks.js'

// A program that takes part by the library.
const { name, url, pipeline } = JSON.parse(process.argv[2])
const options = { tally: { state: true } }
const g = await Global.connect({ server: url, pipeline, processName: name, callbacks, options })
process.on('message', async () => {
  await g.close()
  process.exit()
})
process.once('disconnect', () => process.exit(1))
process.send('ready')
