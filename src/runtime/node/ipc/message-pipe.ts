import type { Readable, Writable } from 'node:stream'
import { deserialize, serialize } from 'node:v8'
import { MIB } from '../../core/bytes.js'
import { messageOf } from '../../core/errors.js'

/**
 * Descriptor of the pipe in a node's process. Node's own IPC is not used: user code reaches it by `process.send`, `process.on('message')`
 * and `process.disconnect`.
 */
export const PIPE_FD = 3

/** Each message follows its length in bytes, which has this many bytes itself. */
const LENGTH_BYTES = 4
/** Longest message: the result of a call has 512 MiB at most. What is no message begins, if it is text, with a greater number. */
const MAX_LENGTH = 768 * MIB

/** Writes a message. Resolves when the kernel has it, or when nobody reads the pipe any more. */
export function sendMessage(pipe: Writable, message: unknown): Promise<void> {
  const body = serialize(message)
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32LE(body.length)
  return new Promise((resolve) => {
    pipe.cork()
    pipe.write(length)
    pipe.write(body, () => resolve())
    pipe.uncork()
  })
}

/**
 * Calls `onMessage` with each message that comes.
 * @returns a promise that resolves when the pipe is closed, and rejects when something else than a message comes, or `onMessage` throws
 */
export function eachMessage(pipe: Readable, onMessage: (message: unknown) => void): Promise<void> {
  const accept = messageReader(onMessage)
  return new Promise((resolve, reject) => {
    pipe.on('data', (bytes: Buffer) => {
      try {
        accept(bytes)
      } catch (error) {
        reject(new Error(messageOf(error), { cause: error }))
        pipe.destroy()
      }
    })
    pipe.on('error', () => undefined)
    pipe.once('close', resolve)
  })
}

function messageReader(onMessage: (message: unknown) => void): (bytes: Buffer) => void {
  let waiting: Buffer[] = []
  let waitingBytes = 0
  let awaits: 'length' | 'message' = 'length'
  let neededBytes = LENGTH_BYTES

  const take = (): Buffer => {
    const all = Buffer.concat(waiting)
    waiting = [all.subarray(neededBytes)]
    waitingBytes -= neededBytes
    return all.subarray(0, neededBytes)
  }
  return (bytes) => {
    waiting.push(bytes)
    waitingBytes += bytes.length
    while (waitingBytes >= neededBytes) {
      const taken = take()
      if (awaits === 'length') {
        neededBytes = taken.readUInt32LE()
        if (neededBytes > MAX_LENGTH) throw new RangeError(`a message of ${neededBytes} bytes`)
        awaits = 'message'
      } else {
        neededBytes = LENGTH_BYTES
        awaits = 'length'
        onMessage(deserialize(taken))
      }
    }
  }
}
