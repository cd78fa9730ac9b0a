/**
 * Input options that hold no picture back for parallel decoding, nor for a guess of the rate. (`-flags low_delay` would also put
 * pictures out of order in video that refers to later ones.)
 */
export const PROMPT = ['-thread_type', 'slice', '-fpsprobesize', '0']

/** Input options that hold nothing back, not even data that was read to detect the format, and is old when that is done. */
export const LOW_LATENCY = ['-fflags', 'nobuffer', ...PROMPT]
