// How to speak with each live editor: what to send for a change, what an answer says.
//
// A wire knows one server's frames. Every socket counts in *marks*, numbers that rise with
// what it has: the item's revision with Kasane, the writer's clock with a Yjs server.

import { createRequire } from 'node:module'
import { randomUUID } from 'node:crypto'
import path from 'node:path'

const require = createRequire(path.join(process.env.KASANE_BENCH_PEERS, 'noop.js'))
const Y = require('yjs')
const decoding = require('lib0/decoding')
const encoding = require('lib0/encoding')

export const TEXT = Array.from(
  '長男の受診歴は確認できていない。訪問看護の利用について、本人の希望を聞く。吉田（𠮷田）委員より、次回までに見積りを出すとの申し出があった。'
)
export const letter = number => TEXT[number % TEXT.length]

// One item's minutes. The writer waits for its acknowledgement before it sends on, as the
// page does; what was typed meanwhile goes with the next operation.
class KasaneRoom {
  constructor ({ item }) {
    Object.assign(this, { item, entry: randomUUID(), text: '', base: 0, waiting: false, typed: 0 })
    this.marks = [] // of each change, once it is acknowledged
  }

  opening () {
    return [JSON.stringify({ type: 'follow', item: this.item, revision: 0 })]
  }

  change () {
    this.text += letter(this.typed++)
    return this.waiting ? [] : this.operation()
  }

  operation () {
    Object.assign(this, { waiting: true, sent: this.typed })
    const fields = this.base ? { text: this.text } : { text: this.text, kind: 'discussion' }
    const act = this.base ? 'change' : 'create'
    return [JSON.stringify({
      type: 'operation', id: randomUUID(), item: this.item, entry: this.entry, act, base: this.base, fields
    })]
  }

  // What a frame means for the socket that got it.
  read (frame) {
    const text = frame.toString()
    if (text.startsWith('{"type":"changes"')) return { mark: revision(text) }
    if (text.startsWith('{"type":"snapshot"')) return { mark: revision(text), joined: true, size: frame.length }
    if (text.startsWith('{"type":"refused"')) throw new Error(text)
    if (!text.startsWith('{"type":"ack"')) return {}
    this.base = revision(text)
    while (this.marks.length < this.sent) this.marks.push(this.base)
    this.waiting = false
    return { send: this.sent < this.typed ? this.operation() : [] }
  }
}

function revision (text) {
  return Number(/"revision":(\d+)/.exec(text)[1])
}

// A Yjs document of its own: every character is an update, as an editor sends it.
class YjsRoom {
  constructor ({ name }) {
    this.name = name
    this.doc = new Y.Doc()
    this.content = this.doc.getText('content')
    this.doc.on('update', update => { this.update = update })
    this.marks = []
    this.clock = this.typed = 0
  }

  frame (...parts) {
    const encoder = encoding.createEncoder()
    this.address(encoder)
    for (const part of parts) {
      if (typeof part === 'number') encoding.writeVarUint(encoder, part)
      else if (typeof part === 'string') encoding.writeVarString(encoder, part)
      else encoding.writeVarUint8Array(encoder, part)
    }
    return encoding.toUint8Array(encoder)
  }

  address () {}

  opening () {
    return [this.frame(0, 0, new Uint8Array([0]))]
  }

  change () {
    this.marks.push(this.clock + letter(this.typed).length)
    return this.insert(letter(this.typed++))
  }

  // A long text at once, as it is stored after it was typed.
  fill () {
    return this.insert(TEXT.join(''))
  }

  insert (text) {
    this.content.insert(this.content.length, text)
    this.clock += text.length
    return [this.frame(0, 2, this.update)]
  }

  read (frame) {
    const decoder = decoding.createDecoder(frame)
    this.skipAddress(decoder)
    const type = decoding.readVarUint(decoder)
    if (type !== 0 && type !== 4) return {}
    const step = decoding.readVarUint(decoder)
    const payload = decoding.readVarUint8Array(decoder)
    if (step === 0) return { send: [this.frame(0, 1, Y.encodeStateAsUpdate(this.doc, payload))] }
    const mark = Y.parseUpdateMeta(payload).to.get(this.doc.clientID)
    return { mark, joined: step === 1, size: frame.length }
  }

  skipAddress () {}
}

// The same frames behind the document's name, opened with a token.
class HocuspocusRoom extends YjsRoom {
  address (encoder) { encoding.writeVarString(encoder, this.name) }
  skipAddress (decoder) { decoding.readVarString(decoder) }
  opening () { return [this.frame(2, 0, 'none', '4.7.0'), ...super.opening()] }
}

export const ROOMS = { kasane: KasaneRoom, yjs: YjsRoom, hocuspocus: HocuspocusRoom }
