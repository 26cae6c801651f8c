// Many files at once, each with its progress, three under way at a time. A small file
// is sent as the plain form sends it. A large one goes ahead in parts, and the form
// follows without it: after a lost line, a closed laptop or a reload the parts go on
// where they stopped. A key of its own files each file once, however often it is sent.

const KILOBYTE = 1024;
const PART_BYTES = 4 * KILOBYTE * KILOBYTE; // as the server has it
const AT_ONCE = 3;
const TRIES = 8; // in a row without an answer
const LONGEST_PAUSE = 30_000;

function sizeWords(bytes) {
  const kilobytes = bytes / KILOBYTE;
  if (kilobytes < KILOBYTE) return `${Math.ceil(kilobytes)} KB`;
  return `${(kilobytes / KILOBYTE).toFixed(1)} MB`;
}

// Until the line is back, or the pause is over.
function pause(milliseconds) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    window.addEventListener("online", () => resolve(clearTimeout(timer)), { once: true });
  });
}

class Upload {
  constructor(form) {
    this.form = form;
    this.input = form.elements.file;
    this.list = form.querySelector("[data-files]");
    this.template = form.querySelector("[data-file-row]");
    this.overall = form.querySelector("[data-overall]");
    this.single = form.querySelector("[data-single]"); // the words of one new paper
    this.many = "many" in form.dataset || this.single !== null;
    this.action = form.getAttribute("action");
    this.rows = [];
    this.workers = 0;
    this.input.multiple = this.many;
    form.querySelector("[data-scripted]").hidden = false;
    this.input.addEventListener("change", () => this.add(this.input.files));
    form.addEventListener("submit", (event) => this.submit(event));
    this.listenForDrops(form.querySelector("[data-drop]"));
    window.addEventListener("beforeunload", (event) => {
      if (this.workers > 0) event.preventDefault();
    });
  }

  listenForDrops(zone) {
    for (const name of ["dragover", "dragleave", "drop"]) {
      zone.addEventListener(name, (event) => {
        event.preventDefault();
        zone.classList.toggle("is-over", name === "dragover");
        if (name === "drop") this.add(event.dataTransfer.files);
      });
    }
  }

  add(files) {
    if (!this.many) for (const row of [...this.rows]) this.remove(row);
    const chosen = this.many ? [...files] : [...files].slice(0, 1);
    for (const file of chosen) {
      const row = this.makeRow(file);
      this.list.append(row.element);
      this.rows.push(row);
    }
    this.input.value = "";
    this.show();
  }

  show() {
    const any = this.rows.length > 0;
    this.list.hidden = !any;
    if (this.single) this.single.hidden = any;
    this.showOverall();
  }

  showOverall() {
    const done = this.rows.filter((row) => row.state === "done").length;
    const bytes = this.rows.reduce((sum, row) => sum + row.file.size, 0) || 1;
    const sent = this.rows.reduce((sum, row) => sum + row.sent, 0);
    this.overall.hidden = this.rows.length < 2 || this.workers + done === 0;
    this.overall.querySelector("[data-overall-progress]").value = (100 * sent) / bytes;
    this.overall.querySelector("[data-overall-state]").textContent =
      this.overall.dataset.wordCount
        .replace("{done}", done)
        .replace("{all}", this.rows.length);
  }

  // The number in the form for the first file, the ones that follow for the others.
  nextNumber() {
    const last = this.rows.at(-1)?.part("number").value;
    if (last === undefined) return this.form.elements.number.value;
    return /\d$/.test(last) ? last.replace(/\d+$/, (digits) => Number(digits) + 1) : "";
  }

  makeRow(file) {
    const element = this.template.content.firstElementChild.cloneNode(true);
    const part = (name) => element.querySelector(`[data-${name}]`);
    const row = { file, element, part, state: "new", sent: 0, request: null };
    row.memory = `upload ${this.action} ${file.name} ${file.size} ${file.lastModified}`;
    row.key = sessionStorage.getItem(row.memory) ?? crypto.randomUUID();
    part("name").textContent = file.name;
    part("size").textContent = sizeWords(file.size);
    if (this.single) {
      part("title").value = file.name.replace(/\.[^.]*$/, "").slice(0, 120);
      if (part("number")) row.number = part("number").value = this.nextNumber();
    }
    this.say(row, "waiting");
    part("remove").addEventListener("click", () => {
      this.remove(row);
      this.input.focus();
    });
    part("retry").addEventListener("click", () => {
      row.state = "waiting";
      this.work().then(() => this.finish());
    });
    return row;
  }

  remove(row) {
    this.rows = this.rows.filter((other) => other !== row);
    row.state = "removed";
    row.request?.abort();
    if (sessionStorage.getItem(row.memory)) {
      sessionStorage.removeItem(row.memory);
      this.ask("DELETE", this.partsOf(row));
    }
    row.element.remove();
    this.show();
  }

  word(name) {
    return this.list.getAttribute(`data-word-${name}`);
  }

  say(row, name) {
    row.part("state").textContent = name ? this.word(name) : "";
  }

  async submit(event) {
    if (this.rows.length === 0) return;
    event.preventDefault();
    this.submitter = event.submitter;
    for (const row of this.rows) {
      if (row.state === "new" || row.state === "failed") row.state = "waiting";
    }
    const workers = Array.from({ length: AT_ONCE }, () => this.work());
    await Promise.all(workers);
    this.finish();
  }

  async work() {
    if (this.workers >= AT_ONCE) return;
    this.workers += 1;
    for (;;) {
      const row = this.rows.find((each) => each.state === "waiting");
      if (!row) break;
      row.state = "sending";
      await this.send(row);
      this.showOverall();
    }
    this.workers -= 1;
  }

  finish() {
    if (this.workers > 0) return;
    delete this.form.dataset.sent;
    const all = this.rows.length > 0 && this.rows.every((row) => row.state === "done");
    if (!all) {
      this.form.querySelector("[data-error]:not([hidden])")?.scrollIntoView();
    } else if (this.form.dataset.next) {
      window.location.assign(this.form.dataset.next);
    } else {
      this.rows = []; // the rest of the form goes its plain way
      this.form.requestSubmit(this.submitter);
    }
  }

  async send(row) {
    this.complain(row, []);
    const problem = this.problemOf(row);
    if (problem) return this.complain(row, [this.word(problem)]);
    this.say(row, "sending");
    const large = row.file.size > PART_BYTES;
    if (large && !(await this.sendParts(row))) return undefined;
    const answer = await this.ask("POST", this.action, {
      body: this.words(row, large ? null : row.file),
      headers: { Accept: "application/json" },
      progress: (loaded, total) => {
        if (!large) this.progress(row, (row.file.size * loaded) / total);
        if (loaded === total) this.say(row, "checking");
      },
      row,
    });
    if (row.state === "removed") return undefined;
    if (answer.status !== 201) return this.complain(row, this.reasons(answer));
    sessionStorage.removeItem(row.memory);
    return this.done(row);
  }

  problemOf(row) {
    if (this.single && !row.part("title").value.trim()) return "title";
    return row.file.size > Number(this.form.dataset.maxBytes) ? "large" : "";
  }

  words(row, file) {
    const data = new FormData(this.form);
    data.delete("file");
    if (file) data.set("file", file);
    data.set("key", row.key);
    if (this.single) {
      data.set("number", this.numberOf(row));
      data.set("title", row.part("title").value);
    }
    return data;
  }

  // What is handed out is numbered apart, unless its number was typed.
  numberOf(row) {
    const number = row.part("number")?.value ?? "";
    const apart = this.form.elements.handed_out?.checked && number === row.number;
    return apart ? "" : number;
  }

  done(row) {
    row.state = "done";
    this.progress(row, row.file.size);
    this.say(row, "done");
    row.element.classList.add("is-done");
    for (const input of row.element.querySelectorAll("input")) input.readOnly = true;
    row.part("remove").hidden = true;
  }

  partsOf(row) {
    return `${this.action}uploads/${row.key}/`;
  }

  // True once the whole file is there.
  async sendParts(row) {
    let [here, failures] = [null, 0];
    const known = sessionStorage.getItem(row.memory) !== null;
    sessionStorage.setItem(row.memory, row.key);
    while (here === null || here < row.file.size) {
      const answer = await (here === null
        ? this.ask("GET", this.partsOf(row), { row })
        : this.sendPart(row, here));
      if (row.state === "removed") return false;
      if (answer.status === 200 && answer.response) {
        here = answer.response.offset;
        failures = 0;
        this.progress(row, here);
        this.say(row, known ? "resumed" : "sending");
      } else if (answer.status === 0 || answer.status >= 500) {
        failures += 1;
        if (failures === TRIES) return this.complain(row, [this.word("lost")]);
        this.say(row, "offline");
        await pause(Math.min(LONGEST_PAUSE, 1000 * 2 ** failures));
        here = null; // what arrived is asked for: an answer may have been lost
      } else {
        return this.complain(row, this.reasons(answer));
      }
    }
    return true;
  }

  sendPart(row, offset) {
    return this.ask("POST", this.partsOf(row), {
      body: row.file.slice(offset, offset + PART_BYTES),
      headers: {
        "Content-Type": "application/octet-stream",
        "Upload-Name": encodeURIComponent(row.file.name),
        "Upload-Size": row.file.size,
        "Upload-Offset": offset,
      },
      progress: (loaded) => this.progress(row, offset + loaded),
      row,
    });
  }

  ask(method, address, { body = null, headers = {}, progress = null, row = {} } = {}) {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      row.request = request;
      request.open(method, address);
      const token = this.form.elements.csrfmiddlewaretoken.value;
      for (const [name, value] of Object.entries({ ...headers, "X-CSRFToken": token })) {
        request.setRequestHeader(name, value);
      }
      request.responseType = "json";
      if (progress) {
        request.upload.addEventListener("progress", (event) =>
          progress(event.loaded, event.total),
        );
      }
      request.addEventListener("loadend", () => resolve(request));
      request.send(body);
    });
  }

  progress(row, bytes) {
    row.sent = Math.min(bytes, row.file.size);
    row.part("progress").value = (100 * row.sent) / (row.file.size || 1);
    this.showOverall();
  }

  reasons(answer) {
    if (answer.response?.errors) return answer.response.errors;
    const gone = answer.status > 0 && answer.status < 500;
    return [this.word(gone ? "away" : "lost")];
  }

  complain(row, errors) {
    const box = row.part("error");
    box.hidden = errors.length === 0;
    box.textContent = errors.join(" ");
    row.part("retry").hidden = !errors.includes(this.word("lost")); // else: mend it
    if (errors.length > 0) {
      row.state = "failed";
      this.say(row, "");
    }
    return false;
  }
}

for (const form of document.querySelectorAll("form[data-upload]")) new Upload(form);
