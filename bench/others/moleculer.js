import { join } from 'node:path'
import { figuresOfCalls } from './figures.js'
import { PROGRAMS } from './programs.js'
import { resultOf, runPrograms, withScratch } from './run-programs.js'

/** Moleculer with the same NATS server as ours. */
export const moleculer = {
  name: 'Moleculer, same server',
  needs: ['moleculer'],
  fits: ({ kind }) => kind === 'call',
  measure: ({ order }, { address, parts, signal }) =>
    withScratch(async (folder) => {
      const nats = { servers: address.url, token: address.token }
      const program = (role) => {
        const whole = { ...order, role, nats, modules: parts.moleculer, result: join(folder, role) }
        return {
          command: process.execPath,
          args: [join(PROGRAMS, 'moleculer.js')],
          cwd: folder,
          env: { BENCH: JSON.stringify(whole) },
        }
      }
      await runPrograms([{ ...program('callee'), serves: true }, program('caller')], signal)
      return figuresOfCalls(await resultOf(join(folder, 'caller')))
    }),
}
