// Many files at once, with progress. Each file is sent as the plain form would send
// it, with a key of its own: sending again what arrived already files nothing twice.

const KILOBYTE = 1024;

function sizeWords(bytes) {
  const kilobytes = bytes / KILOBYTE;
  if (kilobytes < KILOBYTE) return `${Math.ceil(kilobytes)} KB`;
  return `${(kilobytes / KILOBYTE).toFixed(1)} MB`;
}

class Upload {
  constructor(form) {
    this.form = form;
    this.input = form.elements.file;
    this.list = form.querySelector("[data-files]");
    this.template = form.querySelector("[data-file-row]");
    this.single = form.querySelector("[data-single]");
    this.rows = [];
    this.busy = false;
    if (!this.single) return; // a replacement takes one file: the plain form does
    this.input.multiple = true;
    form.querySelector("[data-scripted]").hidden = false;
    this.input.addEventListener("change", () => this.add(this.input.files));
    form.addEventListener("submit", (event) => this.submit(event));
    this.listenForDrops(form.querySelector("[data-drop]"));
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
    for (const file of files) this.rows.push(this.makeRow(file));
    this.input.value = "";
    this.show();
  }

  show() {
    const any = this.rows.length > 0;
    this.list.hidden = !any;
    this.single.hidden = any;
    this.input.required = !any;
  }

  makeRow(file) {
    const element = this.template.content.firstElementChild.cloneNode(true);
    const part = (name) => element.querySelector(`[data-${name}]`);
    const row = { file, element, part, key: crypto.randomUUID(), done: false };
    part("name").textContent = file.name;
    part("size").textContent = sizeWords(file.size);
    part("title").value = file.name.replace(/\.[^.]*$/, "").slice(0, 120);
    part("state").textContent = this.word("waiting");
    part("remove").addEventListener("click", () => this.remove(row));
    this.list.append(element);
    return row;
  }

  remove(row) {
    if (this.busy) return;
    this.rows = this.rows.filter((other) => other !== row);
    row.element.remove();
    this.show();
    this.input.focus();
  }

  word(name) {
    return this.form.getAttribute(`data-word-${name}`);
  }

  async submit(event) {
    if (this.rows.length === 0) return;
    event.preventDefault();
    if (this.busy) return;
    this.busy = true;
    for (const row of this.rows.filter((one) => !one.done)) await this.send(row);
    this.busy = false;
    delete this.form.dataset.sent;
    if (this.rows.every((row) => row.done)) window.location.assign(this.form.action);
    else this.form.querySelector("[data-error]:not([hidden])")?.scrollIntoView();
  }

  async send(row) {
    this.complain(row, []);
    if (!row.part("title").value.trim()) {
      return this.complain(row, [this.word("title")]);
    }
    if (row.file.size > Number(this.form.dataset.maxBytes)) {
      return this.complain(row, [this.word("large")]);
    }
    row.part("state").textContent = this.word("sending");
    const answer = await this.post(row);
    row.done = answer.status === 201;
    row.element.classList.toggle("is-done", row.done);
    row.part("state").textContent = row.done ? this.word("done") : "";
    for (const input of row.element.querySelectorAll("input")) {
      input.readOnly = row.done;
    }
    row.part("remove").hidden = row.done;
    if (!row.done) this.complain(row, answer.response?.errors ?? [this.word("lost")]);
  }

  post(row) {
    const data = new FormData(this.form);
    data.set("file", row.file);
    data.set("key", row.key);
    data.set("number", row.part("number")?.value ?? "");
    data.set("title", row.part("title").value);
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("POST", this.form.action);
      request.setRequestHeader("Accept", "application/json");
      request.responseType = "json";
      request.upload.addEventListener("progress", (event) => {
        row.part("progress").value = (100 * event.loaded) / event.total;
        if (event.loaded === event.total) {
          row.part("state").textContent = this.word("checking");
        }
      });
      request.addEventListener("loadend", () => resolve(request));
      request.send(data);
    });
  }

  complain(row, errors) {
    const box = row.part("error");
    box.hidden = errors.length === 0;
    box.textContent = errors.join(" ");
    if (errors.length > 0) {
      row.part("state").textContent = "";
      row.part("progress").value = 0;
    }
  }
}

for (const form of document.querySelectorAll("form[data-upload]")) new Upload(form);
