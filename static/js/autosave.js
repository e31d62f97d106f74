// Saves a page of a form while it is filled in, says so, and never lets go of what was typed: a broken line is tried again, a
// page that was saved elsewhere asks whose words shall stay, and a press that would lose something waits until it is kept.
"use strict";

(() => {
  const form = document.querySelector("form[data-autosave]");
  const bar = document.getElementById("trang-thai-luu");
  if (!form || !bar) return;

  const PAUSE = 1500; // after the last key
  const LONGEST = 10000; // of typing without a save
  const PATIENCE = 20000; // for an answer
  const WAITS = [2000, 4000, 8000, 15000, 30000, 60000];

  // The open page has a name of its own: when the answer to a save gets lost, the next one is known to be from the same hand.
  const editor = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  let revision = form.elements._revision.value;
  let changes = 0; // how often something was typed
  let kept = 0; // how much of that the server has
  let since = 0; // when the oldest change came that it does not have
  let timer = 0;
  let failures = 0;
  let running = null; // the save that is on its way
  let behind = false; // the page was saved elsewhere: the person has to choose
  let leaving = false;
  let pressed = false;
  let shown = motcua.snapshot(form); // what the controls held when they were last the same as the draft

  // The bar lies over the end of the window: what one types in must not be under it.
  const makeRoom = () => {
    const height = bar.getBoundingClientRect().height;
    document.documentElement.style.scrollPaddingBottom = `${Math.ceil(height) + 12}px`;
    const control = document.activeElement;
    if (!form.contains(control)) return;
    const box = control.getBoundingClientRect();
    const isUnder = box.bottom > window.innerHeight - height && box.top < window.innerHeight;
    if (isUnder) control.scrollIntoView({ block: "nearest" });
  };

  const part = (name) => bar.querySelector(`.save-state__${name}`);
  const show = (state, text, alert = "") => {
    bar.hidden = false;
    bar.dataset.state = state;
    part("text").textContent = text;
    if (part("alert").textContent !== alert) part("alert").textContent = alert;
    part("choice").hidden = state !== "changed";
    part("sign-in").hidden = state !== "signed-out";
    makeRoom();
  };

  form.addEventListener("formdata", (event) => {
    event.formData.set("_editor", editor);
    event.formData.set("_revision", revision);
  });

  const answerOf = async (address, options) => {
    const patience = new AbortController();
    const clock = setTimeout(() => patience.abort(), PATIENCE);
    try {
      return await fetch(address, { ...options, redirect: "manual", signal: patience.signal });
    } catch {
      return null;
    } finally {
      clearTimeout(clock);
    }
  };

  const pageOf = (text) => new DOMParser().parseFromString(text, "text/html");

  // The form of this page as the server would show it now.
  const freshForm = async () => {
    const answer = await answerOf(location.pathname, {});
    if (!answer?.ok) return null;
    return pageOf(await answer.text()).querySelector("form[data-autosave]");
  };

  // Signed in again in another window: this page's token is one of the former session.
  const renewToken = async () => {
    const token = (await freshForm())?.elements.csrf.value;
    if (!token || token === form.elements.csrf.value) return false;
    document.querySelectorAll("input[name=csrf]").forEach((input) => {
      input.value = token;
    });
    return true;
  };

  const send = (keepalive) => {
    const body = new URLSearchParams(new FormData(form));
    return answerOf(form.dataset.autosave, { method: "POST", body, keepalive });
  };

  const tryAgain = (state, text, alert) => {
    clearTimeout(timer);
    timer = setTimeout(save, WAITS[Math.min(failures, WAITS.length - 1)]);
    failures += 1;
    show(state, text, alert);
    return false;
  };

  const settle = async (answer, upTo, sent) => {
    if (answer?.status === 403 && (await renewToken())) answer = await send(false);
    if (!answer || answer.status === 429 || answer.status >= 500) return tryAgain("failed", bar.dataset.failed);
    if (answer.type === "opaqueredirect" || answer.status === 403) return tryAgain("signed-out", "", bar.dataset.signedOut);
    const said = await answer.text().catch(() => null);
    const json = said && /json/.test(answer.headers.get("Content-Type") ?? "") ? JSON.parse(said) : null;
    // The line broke within the answer, or somebody else answered (a network that wants to be signed in to first).
    if (said === null || (answer.ok && !json)) return tryAgain("failed", bar.dataset.failed);
    if (answer.status === 409 && json) {
      behind = true;
      show("changed", "", json.text);
      return false;
    }
    if (!answer.ok) {
      const reason = json ? json.text : pageOf(said).querySelector("main h1 + p")?.textContent;
      show("refused", "", reason || bar.dataset.refused);
      return true; // trying again would not help; the server says more when the page itself is sent
    }
    revision = json.revision;
    failures = 0;
    kept = upTo;
    shown = sent;
    since = Date.now();
    show("saved", json.text);
    const line = form.querySelector("[data-saved-at]");
    if (line) line.textContent = json.text;
    if (changes !== kept) plan();
    return true;
  };

  // True: nothing typed so far can get lost any more by leaving.
  async function save(keepalive = false) {
    clearTimeout(timer);
    if (running) await running;
    if (changes === kept) return true;
    if (behind) return false;
    show("saving", bar.dataset.saving);
    const upTo = changes;
    const sent = motcua.snapshot(form);
    running = send(keepalive === true).then((answer) => settle(answer, upTo, sent));
    try {
      return await running;
    } finally {
      running = null;
    }
  }

  const plan = () => {
    if (behind || failures > 0) return; // a choice or a second attempt is waited for
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(0, Math.min(PAUSE, since + LONGEST - Date.now())));
  };

  const noteChange = (event) => {
    if (event.type !== "motcua:rows" && !event.target.name) return;
    if (changes === kept) since = Date.now();
    changes += 1;
    if (!running && failures === 0 && !behind) show("waiting", bar.dataset.waiting);
    plan();
  };
  form.addEventListener("input", noteChange);
  form.addEventListener("change", noteChange);
  form.addEventListener("motcua:rows", noteChange);
  form.addEventListener("motcua:unsent", () => {
    changes += 1;
    tryAgain("failed", bar.dataset.failed, bar.dataset.unsent);
  });

  // A press: first everything is kept, then the page goes its way. The buttons may have been put in place anew meanwhile.
  const same = (button) =>
    !button || form.contains(button)
      ? button
      : [...form.querySelectorAll("button")].find((one) => one.name === button.name && one.value === button.value);

  form.addEventListener("submit", async (event) => {
    if (leaving) return;
    event.preventDefault();
    if (pressed) return;
    pressed = true;
    changes += 1; // also where nothing was typed: who is told here need not read the browser's page of errors
    const safe = await save();
    pressed = false;
    if (!safe) {
      if (bar.dataset.state === "failed") show("failed", bar.dataset.failed, bar.dataset.unsent);
      return;
    }
    leaving = true;
    form.requestSubmit(same(event.submitter));
  });

  // Everything that was typed here has its place there.
  const isAlike = (fresh, typed) => {
    const rows = (root) => [...root.querySelectorAll(".row-card__title")].map((title) => title.id).join();
    return rows(form) === rows(fresh) && [...typed.keys()].every((id) => fresh.querySelector(`#${CSS.escape(id)}`));
  };

  // This page stays, and what was not touched on it becomes what was saved there; rows are kept whole.
  const takeValues = (fresh, typed) => {
    for (const [id, value] of motcua.snapshot(fresh)) {
      const control = typed.has(id) ? null : document.getElementById(id);
      if (control && !control.closest(".row-card")) motcua.setControl(control, value);
    }
    revision = fresh.elements._revision.value;
  };

  // What was typed here is put into the newer page, or the other way round; neither loses what only it has.
  bar.querySelector("[data-take-over]").addEventListener("click", async () => {
    const fresh = await freshForm();
    if (!fresh) {
      show("changed", bar.dataset.failed, part("alert").textContent);
      return;
    }
    const typed = motcua.typedSince(form, shown);
    const saved = motcua.snapshot(fresh);
    behind = false;
    changes += 1;
    if (isAlike(fresh, typed)) {
      motcua.putInPlace(form, fresh, shown);
      revision = form.elements._revision.value;
    } else takeValues(fresh, typed);
    shown = saved;
    const controls = [...typed.keys()].map((id) => document.getElementById(id)).filter(Boolean);
    controls.forEach((control) => control.dispatchEvent(new Event("change", { bubbles: true })));
    controls[0]?.focus();
    save();
  });
  bar.querySelector("[data-reload]").addEventListener("click", () => {
    leaving = true;
    location.reload();
  });

  window.addEventListener("online", () => save());
  document.addEventListener("visibilitychange", () => save(document.visibilityState === "hidden"));
  window.addEventListener("pageshow", () => {
    leaving = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (leaving || changes === kept) return;
    event.preventDefault();
    event.returnValue = "";
  });
})();
