// What was typed and is not acknowledged yet. It survives a reload of this page, in
// this tab only, and is repeated by operation id until the server answers: a repeat
// never doubles anything.
//
// Per entry one operation is under way at most; what is typed meanwhile waits and
// goes with the next one.

const FINAL = new Set(['lease', 'stale', 'deleted'])
const AGAIN = new Set(['unavailable', 'busy'])
const AGAIN_MS = 1_000

export class Outbox {
  // key: the name in sessionStorage; send(operation); changed(entry): its state moved;
  // displaced(entry, reason, text), rejected(entry, reason).
  constructor ({ key, send, changed, displaced, rejected }) {
    Object.assign(this, { key, send, changed, displaced, rejected })
    this.drafts = new Map(JSON.parse(sessionStorage.getItem(key) ?? '[]'))
  }

  // drafts: entry -> {item, base, act, fields, sent, problem}

  get empty () { return this.drafts.size === 0 }

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
    this.changed(entry)
    this.send(draft.sent)
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
    draft.sent = null
    draft.base = revision
    if (Object.keys(draft.fields).length === 0) this.drafts.delete(entry)
    this.store()
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
