// Progressive help on top of pages that work without it: suggestions while typing, questions that depend on answers,
// one submit only (uploads: upload.js). Everything the server must know goes through the same forms.
"use strict";

(() => {
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const parse = (text) => new DOMParser().parseFromString(text, "text/html");

  // --- Errors: move the reader to the summary, and from its links into the field.
  const focusFirstControl = (element) => {
    const control = element.matches("input, select, textarea")
      ? element
      : element.querySelector("input:not([type=hidden]), select, textarea") || element.querySelector("button, a") || element;
    control.focus();
  };

  const enhanceErrors = () => {
    const summary = document.querySelector("[data-focus-on-load]");
    if (!summary) return;
    summary.focus();
    summary.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      const target = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (!target) return;
      event.preventDefault();
      target.scrollIntoView({ block: "center" });
      focusFirstControl(target);
    });
  };

  // --- Suggestions while typing (WAI-ARIA combobox with a list).
  const enhanceSuggestions = (input) => {
    const list = document.createElement("ul");
    list.className = "suggestions";
    list.id = `${input.id}-goi-y`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.dataset.suggestLabel);
    list.hidden = true;
    input.after(list);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");

    let timer = 0;
    let asked = "";
    let active = -1;
    let request = null;
    const options = () => $$("[role=option]", list);

    const close = () => {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };

    const mark = (index) => {
      const all = options();
      active = all.length ? (index + all.length) % all.length : -1;
      all.forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
      if (active >= 0) {
        input.setAttribute("aria-activedescendant", all[active].id);
        all[active].scrollIntoView({ block: "nearest" });
      }
    };

    const ask = async () => {
      const text = input.value.trim();
      if (text === asked) return;
      asked = text;
      if (request) request.abort();
      if (text.length < 2) {
        close();
        return;
      }
      request = new AbortController();
      try {
        const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(text)}`, {
          signal: request.signal,
        });
        if (!answer.ok) return;
        const items = $$("li", parse(`<ul>${await answer.text()}</ul>`));
        list.replaceChildren(...items);
        list.hidden = items.length === 0;
        active = -1;
        input.setAttribute("aria-expanded", String(items.length > 0));
        input.removeAttribute("aria-activedescendant");
      } catch (error) {
        if (error.name !== "AbortError") close();
      }
    };

    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, 150);
    });
    input.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      if (event.key === "ArrowDown") mark(active + 1);
      else if (event.key === "ArrowUp") mark(active < 0 ? -1 : active - 1);
      else if (event.key === "Escape") close();
      else if (event.key === "Enter" && active >= 0) options()[active].click();
      else return;
      event.preventDefault();
    });
    // A list of a form: what is chosen stands in the box. Pages are reached by the links in theirs.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[data-value]");
      if (!option) return;
      input.value = asked = option.dataset.value;
      close();
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    input.addEventListener("blur", () => setTimeout(close, 200));
  };

  const release = (form) => {
    delete form.dataset.sent;
    $$("[aria-disabled]", form).forEach((button) => button.removeAttribute("aria-disabled"));
  };

  // --- Pages of papers as pictures: when the server draws many at once it asks to come again.
  const enhancePicture = (picture) => {
    let tries = 0;
    const again = () => {
      if (++tries <= 3) setTimeout(() => (picture.src = picture.getAttribute("src")), 2000 * tries);
    };
    picture.addEventListener("error", again);
    if (picture.complete && picture.naturalWidth === 0) again();
  };

  // --- One submit: a second press does nothing (the server would not make a second dossier either).
  // For the whole page, since parts of it are replaced.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !("submitOnce" in form.dataset)) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "true";
    $$("button[type=submit]", form).forEach((button) => button.setAttribute("aria-disabled", "true"));
    if (!form.querySelector("[data-unsent]")) return;
    event.preventDefault();
    sendFromHere(form);
  });

  // --- A press on a broken line does not end on the browser's page of errors. It may be pressed again: the server does not
  // make a second dossier of it.
  const PATIENCE = 30000;
  const sendFromHere = async (form) => {
    const note = form.querySelector("[data-unsent]");
    const patience = new AbortController();
    const clock = setTimeout(() => patience.abort(), PATIENCE);
    note.hidden = true;
    try {
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.action, { method: "POST", body, signal: patience.signal });
      if (answer.redirected) location.assign(answer.url);
      else form.submit(); // what is wrong is told by the page itself
    } catch {
      release(form);
      note.hidden = false;
      note.scrollIntoView({ block: "center" });
    } finally {
      clearTimeout(clock);
    }
  };

  // A page that comes back from the browser's cache may be sent again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) $$("form[data-sent]").forEach(release);
  });

  // --- Questions that depend on answers: the server renders the page again, we put its form in place.
  const words = (text) => text.match(/[\p{L}_][\p{L}\p{N}_]*/gu) || [];

  const controlValue = (control) =>
    control.type === "checkbox" || control.type === "radio" ? control.checked : control.value;

  const snapshot = (form) =>
    new Map(
      $$("input, select, textarea", form)
        .filter((control) => control.id)
        .map((control) => [control.id, controlValue(control)]),
    );

  // Finds the control again in a form that was put in place anew: buttons have no id.
  const selectorOf = (control) =>
    control.id
      ? `#${CSS.escape(control.id)}`
      : `${control.localName}[name="${CSS.escape(control.name)}"][value="${CSS.escape(control.value)}"]`;

  const setControl = (control, value) => {
    if (typeof value === "boolean") control.checked = value;
    else control.value = value;
  };

  const typedSince = (form, before) => new Map([...snapshot(form)].filter(([id, value]) => before.get(id) !== value));

  // Puts a form that was rendered anew in place of this one. What was typed since `before` is kept.
  const putInPlace = (form, fresh, before) => {
    for (const [id, value] of typedSince(form, before)) {
      const control = fresh.querySelector(`#${CSS.escape(id)}`);
      if (control) setControl(control, value);
    }
    const focused = form.contains(document.activeElement) ? selectorOf(document.activeElement) : "";
    form.replaceChildren(...fresh.childNodes);
    $$("input[data-suggest]", form).forEach(enhanceSuggestions);
    form.dispatchEvent(new CustomEvent("motcua:replaced", { bubbles: true }));
    if (focused) form.querySelector(focused)?.focus({ preventScroll: true });
  };
  window.motcua = { snapshot, setControl, typedSince, putInPlace };

  // The form as the server shows it for what is typed now, a button pressed or not. False: it was refused; null: the
  // line is broken; undefined: another change came after.
  const formFor = async (form, asks, pressed = { name: "_show", value: "1" }) => {
    asks.get(form)?.abort();
    const asked = new AbortController();
    asks.set(form, asked);
    const body = new URLSearchParams(new FormData(form));
    body.set(pressed.name, pressed.value);
    body.set("_background", "1");
    try {
      const answer = await fetch(form.action, { method: "POST", body, signal: asked.signal });
      return (answer.ok && parse(await answer.text()).querySelector("form[data-live]")) || false;
    } catch {
      return asked.signal.aborted ? undefined : null;
    }
  };

  // Nothing is put in place while a button is held down: the press would end on another one than it began on, and be lost.
  const HELD_LONGEST = 2000;
  let letGo = Promise.resolve();
  document.addEventListener("pointerdown", () => {
    letGo = new Promise((resolve) => {
      const ended = () => setTimeout(resolve); // after the click that follows
      for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, ended, { once: true });
      setTimeout(resolve, HELD_LONGEST);
    });
  });

  // Only the answer to the last change counts, and none any more once the form is on its way. What comes back is as
  // of formFor(), but true where nothing is left to do.
  const refreshes = new WeakMap();
  const refresh = async (form, pressed) => {
    const before = snapshot(form);
    const fresh = await formFor(form, refreshes, pressed);
    if (!fresh) return fresh === undefined || fresh;
    const asked = refreshes.get(form);
    await letGo;
    if (!asked.signal.aborted) putInPlace(form, fresh, before);
    return true;
  };

  // A row more, or one less: one goes on in the new row, or stays where one was.
  const changeRows = async (form, button) => {
    const group = button.closest("fieldset").id;
    const placed = await refresh(form, button);
    if (placed) {
      const rows = document.getElementById(group);
      const added = button.name === "_add" && $$(".row-card", rows).at(-1);
      (added ? added.querySelector("input:not([type=hidden]), select, textarea") : rows).focus();
    } else if (placed === false) {
      button.dataset.byPage = "true"; // as without a script: the server says what it is
      form.requestSubmit(button);
      return;
    }
    form.dispatchEvent(new CustomEvent(placed ? "motcua:rows" : "motcua:unsent"));
  };

  // Computed values: only their texts are put in place, so that typing is never interrupted.
  const recomputes = new WeakMap();
  const recompute = async (form) => {
    const fresh = await formFor(form, recomputes);
    if (!fresh) return;
    $$("output[id], [data-total]", form).forEach((old, i) => {
      const now = old.id ? fresh.querySelector(`#${CSS.escape(old.id)}`) : $$("output[id], [data-total]", fresh)[i];
      if (now) old.textContent = now.textContent;
    });
  };

  const enhanceLive = (form) => {
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (button?.matches("fieldset [name=_add], fieldset [name=_remove]") && !button.dataset.byPage) {
        event.preventDefault();
        event.stopImmediatePropagation();
        changeRows(form, button);
      } else refreshes.get(form)?.abort();
    });
    form.addEventListener("change", (event) => {
      const control = event.target;
      if (!control.name) return;
      const asked = new Set($$("[data-visible-if]", form).flatMap((element) => words(element.dataset.visibleIf)));
      if (control.matches("[data-refresh]") || words(control.name).some((word) => asked.has(word))) refresh(form);
      else if (form.querySelector("output, [data-total]")) recompute(form);
    });
    // Amounts in words, while they are typed.
    let pause = 0;
    form.addEventListener("input", (event) => {
      if (!event.target.id || !form.querySelector(`#${CSS.escape(event.target.id)}-words`)) return;
      clearTimeout(pause);
      pause = setTimeout(() => recompute(form), 400);
    });
  };

  // --- A file to send with the rest of its form: our button, and the name of what was chosen.
  const enhancePick = (pick) => {
    const input = pick.querySelector("input[type=file]");
    const chosen = pick.querySelector("output");
    const nothing = chosen.textContent;
    pick.classList.add("pick--live");
    input.previousElementSibling.classList.add("button", "button--secondary");
    chosen.hidden = false;
    input.addEventListener("change", () => {
      chosen.textContent = input.files.length ? input.files[0].name : nothing;
    });
  };

  // --- Officials: fields that belong to one decision show with it.
  const enhanceDecision = (form) => {
    const update = () => {
      const chosen = form.querySelector("input[name=outcome]:checked")?.value || "";
      $$("[data-for-outcome]", form).forEach((part) => {
        part.hidden = part.dataset.forOutcome !== chosen;
      });
    };
    form.addEventListener("change", update);
    update();
  };

  $$("input[data-suggest]").forEach(enhanceSuggestions);
  $$("form[data-live]").forEach(enhanceLive);
  $$("form[data-decision]").forEach(enhanceDecision);
  $$("[data-pick]").forEach(enhancePick);
  enhanceErrors();
  $$(".preview__page").forEach(enhancePicture);
})();
