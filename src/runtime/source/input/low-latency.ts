/** Input options that hold no picture back for parallel decoding, nor for a guess of the rate. */
export const PROMPT = ['-flags', 'low_delay', '-fpsprobesize', '0']

/** Those, and no data that was read to detect the format either: what a live input has sent meanwhile is old. */
export const LOW_LATENCY = ['-fflags', 'nobuffer', ...PROMPT]
