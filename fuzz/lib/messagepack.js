import { Packr } from 'msgpackr'

/** MessagePack as any client has it, not by daffi's own code. */
const packr = new Packr({ useRecords: false, moreTypes: false })

export const encode = (value) => packr.pack(value)
export const decode = (bytes) => packr.unpack(Buffer.from(bytes))
