/** Nothing is held back: not what was read to find out the kind of stream, nor pictures for decoding them side by side. */
export const LOW_LATENCY = ['-fflags', 'nobuffer', '-flags', 'low_delay', '-fpsprobesize', '0']
