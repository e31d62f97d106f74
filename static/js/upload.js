// Papers are sent in parts by the tus protocol (https://tus.io): a broken line, a server that starts anew or a page that was
// reloaded does not begin from the beginning. Without this script the same form sends its files as any form does.
"use strict";

(() => {
  const PART = 8 * 1024 * 1024; // also what a proxy has to hold at most
  const FIRST = 256 * 1024; // enough for the server to see what the file is: what is no paper is not sent to its end
  const AT_ONCE = 2;
  const WAITS = [1, 2, 4, 8, 15, 30]; // seconds; the last one again and again
  const SILENCE = 30000; // a line that moves nothing for so long is broken
  const KEPT_DAYS = 31;
  const VERSION = { "Tus-Resumable": "1.0.0" };
  const STORE = "motcua-tai-len:";

  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

  // --- What is remembered over a reload: where the upload of a file goes on. The file itself has to be chosen again.
  const memory = {
    key: (creation, file) => `${STORE}${creation}|${file.name}|${file.size}|${file.lastModified}`,
    get(key) {
      try {
        return JSON.parse(localStorage.getItem(key));
      } catch {
        return null;
      }
    },
    set(key, value) {
      try {
        localStorage.setItem(key, JSON.stringify(value));
      } catch {
        // no room or not allowed: the upload goes on all the same, only not over a reload
      }
    },
    remove(key) {
      try {
        localStorage.removeItem(key);
      } catch {
        // nothing was remembered
      }
    },
    /** [key, value] of this place; what is too old goes. */
    all(creation) {
      const found = [];
      try {
        for (const key of Object.keys(localStorage).filter((each) => each.startsWith(STORE))) {
          const value = memory.get(key);
          if (!value || Date.now() - value.at > KEPT_DAYS * 86400000) memory.remove(key);
          else if (key.startsWith(`${STORE}${creation}|`)) found.push([key, value]);
        }
      } catch {
        // no storage
      }
      return found;
    },
  };

  const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

  // A request that reports how far its body has gone. Status 0: the line is broken.
  const ask = (method, url, headers, body = null, onProgress = null, onStart = null) =>
    new Promise((resolve) => {
      const request = new XMLHttpRequest();
      let timer = 0;
      const alive = () => {
        clearTimeout(timer);
        timer = setTimeout(() => request.abort(), SILENCE);
      };
      const end = (status) => {
        clearTimeout(timer);
        resolve({
          status,
          header: (name) => (status ? request.getResponseHeader(name) : null),
          text: status && /^text\/plain/.test(request.getResponseHeader("Content-Type") || "") ? request.responseText.trim() : "",
        });
      };
      request.open(method, url);
      for (const [name, value] of Object.entries({ ...VERSION, ...headers })) request.setRequestHeader(name, value);
      request.upload.addEventListener("progress", (event) => {
        alive();
        if (onProgress) onProgress(event.loaded);
      });
      request.addEventListener("load", () => end(request.status));
      for (const failure of ["error", "abort", "timeout"]) request.addEventListener(failure, () => end(0));
      alive();
      if (onStart) onStart(request);
      request.send(body);
    });

  // A file that was changed, moved or taken away meanwhile looks like a broken line, and would for ever.
  const isReadable = (file) =>
    file.slice(0, 1).arrayBuffer().then(
      () => true,
      () => false,
    );

  // Worth trying again: a broken line, a busy or starting server, another connection that still holds the file.
  const passes = (status) => status === 0 || status === 409 || status === 423 || status === 429 || status >= 500;

  // --- One row of the list: a file on its way.
  const newRow = (place, name) => {
    const row = place.template.content.querySelector("[data-upload-row]").cloneNode(true);
    const part = (selector) => row.querySelector(selector);
    part("[data-name]").textContent = name;
    for (const button of $$("[data-act]", row)) button.append(Object.assign(document.createElement("span"), { className: "hidden-visually", textContent: ` ${name}` }));
    place.list.append(row);
    place.list.hidden = false;
    const shown = { row, name };
    shown.say = (what, value = "") => {
      const text = place.template.content.querySelector(`[data-say="${what}"]`).textContent;
      const sentence = text.replace("{}", value);
      const status = part("[data-status]");
      if (status.textContent !== sentence) status.textContent = sentence;
    };
    shown.tell = (text) => {
      part("[data-status]").textContent = text;
      row.classList.add("upload--failed");
    };
    shown.progress = (done, whole) => {
      const percent = whole > 0 ? Math.floor((100 * done) / whole) : 0;
      const bar = part("progress");
      bar.value = percent;
      part("[data-percent]").textContent = `${percent} %`;
    };
    shown.button = (act) => part(`[data-act="${act}"]`);
    shown.remove = () => {
      row.remove();
      place.list.hidden = place.list.childElementCount === 0;
    };
    return shown;
  };

  // --- The upload of one file
  class Upload {
    constructor(place, file) {
      this.place = place;
      this.file = file;
      this.photo = file.type.startsWith("image/");
      this.key = memory.key(place.creation, file);
      this.url = memory.get(this.key)?.url || null;
      this.offset = 0;
      this.failures = 0;
      this.cancelled = false;
      this.shown = newRow(place, file.name);
      this.shown.say("queued");
      this.shown.button("cancel").addEventListener("click", () => this.cancel());
      this.shown.button("retry").addEventListener("click", () => this.wake?.());
    }

    // Waits longer after each failure; less when the browser finds the line again or the person asks for it.
    async wait() {
      const seconds = WAITS[Math.min(this.failures, WAITS.length - 1)];
      this.failures++;
      this.shown.button("retry").hidden = false;
      this.shown.say("waiting", String(seconds));
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, seconds * 1000);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
        window.addEventListener("online", this.wake, { once: true });
      });
      window.removeEventListener("online", this.wake);
      this.wake = null;
      this.shown.button("retry").hidden = true;
    }

    /** True when it is known where to go on; otherwise it has failed for good. */
    async find() {
      while (this.url && !this.cancelled) {
        const answer = await ask("HEAD", this.url, {});
        if (answer.status === 200 && Number(answer.header("Upload-Length")) === this.file.size) {
          this.offset = Number(answer.header("Upload-Offset"));
          return true;
        }
        if (passes(answer.status)) {
          await this.wait();
        } else if (answer.status === 401 || answer.status === 403) {
          return this.fail(answer);
        } else {
          memory.remove(this.key);
          this.url = null;
        }
      }
      return this.cancelled ? false : this.create();
    }

    async create() {
      while (!this.cancelled) {
        const answer = await ask("POST", this.place.creation, {
          "X-CSRF-Token": this.place.token(),
          "Upload-Length": String(this.file.size),
          "Upload-Metadata": `filename ${base64(this.file.name)},filetype ${base64(this.file.type)}`,
        });
        if (answer.status === 201) {
          this.url = answer.header("Location");
          this.offset = 0;
          memory.set(this.key, { url: this.url, name: this.file.name, size: this.file.size, at: Date.now() });
          return true;
        }
        if (!passes(answer.status)) return this.fail(answer);
        await this.wait();
      }
      return false;
    }

    sending(done) {
      this.shown.progress(done, this.file.size);
      this.shown.say("sending");
    }

    /** True when the server has the whole file. */
    async run() {
      if (!(await this.find())) return false;
      while (!this.cancelled && this.offset < this.file.size) {
        this.sending(this.offset);
        const from = this.offset;
        const answer = await ask(
          "PATCH",
          this.url,
          { "X-CSRF-Token": this.place.token(), "Upload-Offset": String(from), "Content-Type": "application/offset+octet-stream" },
          this.file.slice(from, from + (from === 0 ? FIRST : PART)),
          (sent) => this.sending(Math.min(from + sent, this.file.size)),
          (request) => (this.request = request),
        );
        this.request = null;
        if (this.cancelled) return false;
        if (answer.status === 204) {
          this.offset = Number(answer.header("Upload-Offset"));
          this.failures = 0;
        } else if (answer.status === 404 || answer.status === 410) {
          memory.remove(this.key);
          if (answer.text && answer.status === 410 && this.lost) return this.fail(answer);
          this.lost = true; // once more from the beginning
          this.url = null;
          if (!(await this.find())) return false;
        } else if (answer.status === 0 && !(await isReadable(this.file))) {
          return this.fail(answer, "unreadable");
        } else if (passes(answer.status)) {
          await this.wait();
          if (!(await this.find())) return false;
        } else {
          return this.fail(answer);
        }
      }
      if (this.cancelled) return false;
      memory.remove(this.key);
      return true;
    }

    fail(answer, why = answer.status === 403 ? "stale" : "failed") {
      if (answer.status !== 401 && answer.status !== 403) memory.remove(this.key);
      if (answer.text) this.shown.tell(answer.text);
      else this.shown.tell(this.place.sentence(why));
      this.failed = true;
      return false;
    }

    async cancel() {
      this.cancelled = true;
      this.request?.abort();
      this.wake?.();
      memory.remove(this.key);
      this.shown.remove();
      this.place.focus();
      if (this.url && !this.failed) await forget(this.place, this.url);
    }
  }

  // The server removes it by itself in the end; told now, it does so at once. Its connection may still be closing.
  const forget = async (place, url) => {
    for (const seconds of [0, 2, 4, 8]) {
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      const answer = await ask("DELETE", url, { "X-CSRF-Token": place.token() });
      if (answer.status !== 423 && answer.status !== 0) return;
    }
  };

  // --- The queue of the page
  const waiting = [];
  const running = new Set();

  // Photos of one paper go one behind another: so they arrive in the order in which they were chosen.
  const mayGo = (upload) => !upload.photo || ![...running].some((other) => other.photo && other.place === upload.place);

  const next = () => {
    while (running.size < AT_ONCE) {
      const index = waiting.findIndex(mayGo);
      if (index < 0) break;
      const [upload] = waiting.splice(index, 1);
      if (upload.cancelled) continue;
      running.add(upload);
      upload.run().then(async (done) => {
        running.delete(upload);
        if (done) {
          upload.shown.progress(1, 1);
          upload.shown.say("done");
          upload.done = true;
        }
        next();
        const open = [...running, ...waiting].some((each) => each.place === upload.place && !each.cancelled);
        if (!open && upload.place.changed()) await upload.place.refresh();
      });
    }
  };

  window.addEventListener("beforeunload", (event) => {
    if (running.size + waiting.length > 0) event.preventDefault();
  });

  // --- A paper's form
  const enhance = (form) => {
    const section = form.closest("[data-paper]");
    const inputs = $$("input[type=file]", form); // files, and the camera of a telephone
    const place = {
      creation: form.dataset.tus,
      template: form.querySelector("template"),
      list: form.querySelector("[data-uploads]"),
      uploads: [],
      token: () => form.querySelector("input[name=csrf]").value,
      sentence: (what) => place.template.content.querySelector(`[data-say="${what}"]`).textContent,
      focus: () => inputs[0].focus(),
      changed: () => place.uploads.some((upload) => upload.done),
    };
    form.querySelector("button[type=submit]").hidden = true;
    form.classList.add("dropzone--live");
    form.querySelector(".pick").classList.add("pick--live");
    for (const input of inputs) input.previousElementSibling.classList.add("button", "button--secondary");

    // The page says what the server has now; rows of what failed stay.
    place.refresh = async () => {
      let page;
      try {
        const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
        page = answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
      } catch {
        return; // each row says that it is done; the rest shows with the next page
      }
      const fresh = page?.getElementById(section.id);
      if (!fresh) return;
      const focused = section.contains(document.activeElement) || document.activeElement === document.body;
      const left = place.uploads.filter((upload) => !upload.done && !upload.cancelled).map((upload) => upload.shown.row);
      section.replaceWith(document.adoptNode(fresh));
      const steps = page.querySelector(".wizard-steps");
      if (steps) document.querySelector(".wizard-steps")?.replaceWith(document.adoptNode(steps));
      $$("form[data-tus]", fresh).forEach(enhance);
      const list = fresh.querySelector("[data-uploads]");
      if (left.length > 0) {
        list.append(...left);
        list.hidden = false;
      }
      if (focused) (document.getElementById(place.last) ?? fresh.querySelector("input[type=file]"))?.focus();
    };

    const take = (files) => {
      for (const file of files) {
        // the row that asked for this file again makes room
        const key = memory.key(place.creation, file);
        $$("[data-unfinished]", place.list).find((row) => row.dataset.unfinished === key)?.remove();
        const upload = new Upload(place, file);
        place.uploads.push(upload);
        waiting.push(upload);
      }
      next();
    };

    // What was begun before the page was loaded.
    const offer = async ([key, value]) => {
      const answer = await ask("HEAD", value.url, {});
      const offset = Number(answer.header("Upload-Offset"));
      if (answer.status === 404 || answer.status === 410 || (answer.status === 200 && offset === value.size)) memory.remove(key);
      if (answer.status !== 200 || offset === value.size) return;
      const shown = newRow(place, value.name);
      shown.row.dataset.unfinished = key;
      shown.progress(offset, value.size);
      shown.say("unfinished");
      shown.button("cancel").addEventListener("click", () => {
        memory.remove(key);
        shown.remove();
        place.focus();
        forget(place, value.url);
      });
    };
    const busy = new Set([...running, ...waiting].map((upload) => upload.key));
    memory.all(place.creation).filter(([key]) => !busy.has(key)).forEach(offer);

    for (const input of inputs)
      input.addEventListener("change", () => {
        const files = [...input.files];
        place.last = input.id; // who has photographed a page photographs the next one
        input.value = "";
        take(files);
      });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("dragover", (event) => {
      event.preventDefault();
      form.classList.add("is-over");
    });
    form.addEventListener("dragleave", () => form.classList.remove("is-over"));
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      form.classList.remove("is-over");
      take([...event.dataTransfer.files]);
    });
  };

  $$("form[data-tus]").forEach(enhance);
})();
