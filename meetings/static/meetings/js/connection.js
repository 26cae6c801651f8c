// The line to the server: a websocket, or polling where proxies cut websockets.
//
// Nothing here knows what the messages mean, except that following is resumed from
// the newest revision after every break and that what was not acknowledged is the
// outbox's to repeat.

const SILENCE_MS = 8_000
const FIRST_WORD_MS = 4_000
const LOOK_MS = 1_000
const BEAT_MS = 4_000
const ANSWER_MS = 8_000
const POLL_MS = 2_000
const POLL_AFTER_FAILURES = 3
const SOCKET_AGAIN_MS = 30_000
const FIRST_WAIT_MS = 300
const LONGEST_WAIT_MS = 5_000
const SIGNED_OUT = 4403

export class Connection {
  // paths: {socket, since, operation}; token: the CSRF token of this page;
  // heard(message), changed(state): state is connecting, open, polling or ended.
  constructor ({ paths, token, heard, changed }) {
    Object.assign(this, { paths, token, heard, changed })
    this.following = new Map() // item -> revision
    this.failures = 0
    this.state = 'connecting'
    this.looking = setInterval(() => this.watch(), LOOK_MS)
    addEventListener('online', () => this.reopen())
    for (const woken of ['resume', 'visibilitychange']) {
      document.addEventListener(woken, () => this.watch())
    }
    this.open()
  }

  get ready () { return this.state === 'open' || this.state === 'polling' }

  follow (item) {
    if (this.following.has(item)) return
    this.following.set(item, 0)
    if (this.state === 'open') this.askFor(item)
  }

  leave (item) {
    if (this.following.delete(item) && this.state === 'open') {
      this.transmit({ type: 'leave', item })
    }
  }

  send (operation) {
    if (this.state === 'open') this.transmit({ type: 'operation', ...operation })
    else if (this.state === 'polling') this.post(operation)
  }

  // The websocket

  open () {
    const url = new URL(this.paths.socket, location.href)
    url.protocol = url.protocol.replace('http', 'ws')
    const socket = this.socket = new WebSocket(url)
    this.spoken = false
    this.lastHeard = this.lastBeat = Date.now()
    socket.addEventListener('message', event => {
      if (socket !== this.socket) return
      this.lastHeard = Date.now()
      if (!this.spoken) this.begin()
      this.take(JSON.parse(event.data))
    })
    socket.addEventListener('close', event => {
      if (socket === this.socket) this.broken(event.code)
    })
  }

  // Only a word from the server shows that the line carries words.
  begin () {
    this.spoken = true
    this.failures = 0
    clearInterval(this.poller)
    this.become('open')
    for (const item of this.following.keys()) this.askFor(item)
  }

  askFor (item) {
    this.transmit({ type: 'follow', item, revision: this.following.get(item) })
  }

  transmit (message) { this.socket.send(JSON.stringify(message)) }

  broken (code) {
    if (this.state === 'ended') return
    if (code === SIGNED_OUT) { this.end(); return }
    this.socket = null
    this.failures += 1
    if (this.failures >= POLL_AFTER_FAILURES) { this.startPolling(); return }
    this.become('connecting')
    const wait = Math.min(FIRST_WAIT_MS * 2 ** this.failures, LONGEST_WAIT_MS)
    this.again = setTimeout(() => this.open(), wait * (0.5 + Math.random()))
  }

  reopen () {
    if (this.state !== 'connecting' || this.socket) return
    clearTimeout(this.again)
    this.open()
  }

  // A dead line does not always say so: silence does.
  watch () {
    if (!this.socket) return
    const now = Date.now()
    if (now - this.lastHeard > (this.spoken ? SILENCE_MS : FIRST_WORD_MS)) {
      if (!this.spoken) this.failures = POLL_AFTER_FAILURES
      const dead = this.socket
      this.broken(0)
      dead.close()
    } else if (this.spoken && now - this.lastBeat >= BEAT_MS) {
      this.lastBeat = now
      this.transmit({ type: 'beat' })
    }
  }

  take (message) {
    const known = this.following.get(message.item)
    if (message.type === 'snapshot' || message.type === 'changes') {
      if (known === undefined) return
      const late = message.type === 'changes' && message.revision < known
      if (!late) this.following.set(message.item, message.revision)
    } else if (message.type === 'gone') {
      this.following.delete(message.item)
    } else if (message.type === 'beat') {
      this.compare(message.heads)
    }
    this.heard(message)
  }

  // What the server sent and we do not have is asked for again.
  compare (heads) {
    for (const [item, sent] of Object.entries(heads)) {
      const known = this.following.get(item)
      if (known !== undefined && known < sent) this.askFor(item)
    }
  }

  // Polling

  startPolling () {
    clearInterval(this.poller)
    clearTimeout(this.again)
    if (this.state === 'open') this.become('connecting')
    this.poller = setInterval(() => this.poll(), POLL_MS)
    this.poll()
    this.again = setTimeout(() => this.open(), SOCKET_AGAIN_MS)
  }

  async poll () {
    if (this.asking) return // one question at a time: answers never overtake each other
    this.asking = true
    const url = new URL(this.paths.since, location.href)
    for (const [item, revision] of this.following) {
      url.searchParams.append('follow', `${item}:${revision}`)
    }
    const reached = await this.exchange(url, {})
    this.asking = false
    if (this.state !== 'polling' && this.state !== 'connecting') return
    const back = reached && this.state === 'connecting'
    this.become(reached ? 'polling' : 'connecting')
    if (back && !this.socket) { // the line is back: perhaps for websockets too
      clearTimeout(this.again)
      this.open()
    }
  }

  async post (operation) {
    const reached = await this.exchange(this.paths.operation, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-CSRFToken': this.token },
      body: JSON.stringify(operation)
    })
    if (reached) await this.poll()
    else if (this.state === 'polling') this.become('connecting')
  }

  async exchange (url, options) {
    try {
      const answer = await fetch(url, {
        ...options,
        redirect: 'manual',
        cache: 'no-store',
        signal: AbortSignal.timeout(ANSWER_MS)
      })
      if (answer.status >= 500) return false
      if (!answer.ok) { this.end(); return false }
      const { messages } = await answer.json()
      for (const message of messages) this.take(message)
      return true
    } catch {
      return false
    }
  }

  end () {
    clearInterval(this.looking)
    clearInterval(this.poller)
    clearTimeout(this.again)
    this.following.clear()
    this.become('ended')
  }

  become (state) {
    if (this.state === state) return
    this.state = state
    this.changed(state)
  }
}
