import { MIB } from '../core/bytes.js'
import { tunesProcess } from '../core/process/process-tuning.js'

/** Sets a parameter of glibc's malloc. */
export type Mallopt = (parameter: number, value: number) => number

/** Parameters of mallopt, from <malloc.h>. */
const M_TRIM_THRESHOLD = -1
const M_MMAP_THRESHOLD = -3
const M_MMAP_MAX = -4
/** Largest value that glibc takes for M_MMAP_THRESHOLD: larger blocks are mapped, each anew. */
const MAX_THRESHOLD = 32 * MIB
/** glibc's default for M_MMAP_MAX. */
const MAX_MAPPED = 65_536
/** Largest block that is kept. */
const MAX_KEPT_BLOCK = 128 * MIB
/** Bytes of freed memory that are kept, and those for blocks above `MAX_THRESHOLD`: of that size, so many. */
const KEPT = 128 * MIB
const KEPT_LARGE_BLOCKS = 4

/**
 * Freed memory that glibc keeps for the next item. By default it returns the memory of a frame to the system as soon as the frame
 * is collected, and the page faults of the next frame cost more than copying it.
 */
export class FreedMemory {
  readonly #mallopt: Mallopt | undefined
  #kept = KEPT

  constructor(mallopt: Mallopt) {
    if (!tunesProcess()) return
    this.#mallopt = mallopt
    mallopt(M_MMAP_THRESHOLD, MAX_THRESHOLD)
    mallopt(M_TRIM_THRESHOLD, KEPT)
  }

  /**
   * Allocates memory of so many bytes by `allocate`, where it is kept when it is freed. Only while a large block is allocated,
   * nothing is mapped: other large blocks of the process, which may be few and live long, are returned as ever.
   */
  allocate<Memory>(bytes: number, allocate: () => Memory): Memory {
    const mallopt = this.#mallopt
    if (!mallopt || bytes <= MAX_THRESHOLD || bytes > MAX_KEPT_BLOCK) return allocate()
    if (KEPT_LARGE_BLOCKS * bytes > this.#kept) {
      this.#kept = KEPT_LARGE_BLOCKS * bytes
      mallopt(M_TRIM_THRESHOLD, this.#kept)
    }
    mallopt(M_MMAP_MAX, 0)
    try {
      return allocate()
    } finally {
      mallopt(M_MMAP_MAX, MAX_MAPPED)
    }
  }
}
