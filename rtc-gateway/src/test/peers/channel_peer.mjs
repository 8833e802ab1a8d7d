// What peers in Node have in common: they are driven by lines of JSON, and look at what comes by a data channel.
//
// Each line in has an "op"; each line out is "OK " and a value in JSON, or "ERROR " and a text.
import { createInterface } from 'node:readline';

export const sleep = ms => new Promise(r => setTimeout(r, ms));

// Messages of a channel: each should be its number in four bytes, and then bytes that count on from there; in order where that was agreed on.
export class Messages {
  constructor(ordered) {
    this.ordered = ordered;
    this.count = 0;
    this.unsound = 0;
    this.seen = new Set();
  }

  take(bytes) {
    const n = bytes.length >= 4 ? bytes.readUInt32BE(0) : -1;
    let sound = n >= 0 && !this.seen.has(n) && (!this.ordered || n === this.count);
    for (let i = 4; sound && i < bytes.length; i++) sound = bytes[i] === (n + i & 0xff);
    this.seen.add(n);
    this.count++;
    if (!sound) this.unsound++;
  }
}

// A new buffer each time: a library may keep slices of it until they are acknowledged.
export const message = (n, size) => {
  const bytes = Buffer.alloc(size);
  for (let i = 4; i < size; i++) bytes[i] = n + i;
  bytes.writeUInt32BE(n, 0);
  return bytes;
};

export const drive = async ops => {
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      const op = JSON.parse(line);
      if (!Object.hasOwn(ops, op.op)) throw new Error(op.op);
      console.log('OK ' + JSON.stringify(await ops[op.op](op) ?? null));
    } catch (e) {
      console.log('ERROR ' + JSON.stringify(e.stack));
    }
  }
};
