// What was typed and is not acknowledged yet. It survives a reload of this page, in
// this tab only, and is repeated by operation id until the server answers: a repeat
// never doubles anything.
//
// Per entry one operation is under way at most; what is typed meanwhile waits and
// goes with the next one.

const FINAL = new Set(['lease', 'stale', 'deleted'])
const AGAIN = new Set(['unavailable', 'busy'])
const AGAIN_MS = 1_000
const SLOW_MS = 5_000
const TEXT_LIMIT = 8_000 // code points; beyond it the server would close the line

export class Outbox {
  // key: the name in sessionStorage; send(operation); changed(entry): its state moved;
  // saved(entry, fields, revision): the server has them; displaced(entry, reason, text),
  // rejected(entry, reason).
  constructor ({ key, send, changed, saved, displaced, rejected }) {
    Object.assign(this, { key, send, changed, saved, displaced, rejected })
    this.sentAt = new Map() // entry -> when its operation was first sent
    this.drafts = new Map(JSON.parse(sessionStorage.getItem(key) ?? '[]'))
  }

  // drafts: entry -> {item, base, act, fields, sent, problem}

  get empty () { return this.drafts.size === 0 }
  get stuck () { return [...this.drafts].some(([entry, d]) => d.problem || this.slow(entry)) }

  // Too long without an answer to go on calling it "saving".
  slow (entry) { return Date.now() - (this.sentAt.get(entry) ?? Infinity) >= SLOW_MS }

  draft (entry) { return this.drafts.get(entry) }

  edit (entry, item, base, fields, act = 'change') {
    const draft = this.drafts.get(entry) ?? { item, base, act, fields: {}, sent: null }
    Object.assign(draft.fields, fields)
    draft.problem = null
    this.drafts.set(entry, draft)
    this.store()
    this.changed(entry)
  }

  // Send what waits for this entry, unless something is under way already.
  flush (entry) {
    const draft = this.drafts.get(entry)
    if (!draft || draft.sent || draft.problem) return
    if (tooLong(draft.fields.text)) {
      draft.problem = 'too_long'
      this.rejected(entry, draft.problem)
      this.changed(entry)
      return
    }
    draft.sent = {
      id: crypto.randomUUID(),
      item: draft.item,
      entry,
      act: draft.act,
      base: draft.base,
      fields: draft.fields
    }
    draft.fields = {}
    draft.act = 'change'
    this.store()
    this.wait(entry)
    this.changed(entry)
    this.send(draft.sent)
  }

  wait (entry) {
    this.sentAt.set(entry, Date.now())
    setTimeout(() => { if (this.slow(entry)) this.changed(entry) }, SLOW_MS + 1)
  }

  // The line is back: everything unanswered is offered again, as it was.
  repeat () {
    for (const [entry, draft] of this.drafts) {
      if (draft.sent) this.send(draft.sent)
      else this.flush(entry)
    }
  }

  retry (entry) {
    const draft = this.drafts.get(entry)
    if (draft) { draft.problem = null; this.flush(entry) }
  }

  find (id) {
    for (const [entry, draft] of this.drafts) {
      if (draft.sent?.id === id) return [entry, draft]
    }
    return [null, null]
  }

  acknowledged ({ id, revision }) {
    const [entry, draft] = this.find(id)
    if (!draft) return
    this.sentAt.delete(entry)
    const { fields } = draft.sent
    draft.sent = null
    draft.base = revision
    if (Object.keys(draft.fields).length === 0) this.drafts.delete(entry)
    this.store()
    this.saved(entry, fields, revision)
    this.changed(entry)
    this.flush(entry)
  }

  refused ({ id, reason, kept }) {
    const [entry, draft] = this.find(id)
    if (!draft) return
    if (AGAIN.has(reason)) {
      setTimeout(() => { if (draft.sent?.id === id) this.send(draft.sent) }, AGAIN_MS)
      return
    }
    this.sentAt.delete(entry)
    const fields = { ...draft.sent.fields, ...draft.fields }
    if (FINAL.has(reason) && (kept || fields.text === undefined)) {
      this.drafts.delete(entry)
      this.displaced(entry, reason, fields.text ?? '')
    } else {
      draft.act = draft.sent.act
      draft.fields = fields
      draft.sent = null
      draft.problem = reason
      this.rejected(entry, reason)
    }
    this.store()
    this.changed(entry)
  }

  forget (entry) {
    this.drafts.delete(entry)
    this.store()
  }

  store () {
    if (this.empty) sessionStorage.removeItem(this.key)
    else sessionStorage.setItem(this.key, JSON.stringify([...this.drafts]))
  }
}

function tooLong (text = '') {
  return text.length > TEXT_LIMIT && [...text].length > TEXT_LIMIT
}
