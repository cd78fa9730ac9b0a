/** Input options that hold nothing back: neither data read to detect the format, nor pictures for parallel decoding. */
export const LOW_LATENCY = ['-fflags', 'nobuffer', '-flags', 'low_delay', '-fpsprobesize', '0']
