// Signatures drawn with a finger, points and plots set on a grid. Without it names and numbers are typed.
"use strict";

(() => {
  const svg = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
    return element;
  };
  const changed = (control) => ["input", "change"].forEach((type) => control.dispatchEvent(new Event(type, { bubbles: true })));
  const placeOf = (paper, event) => {
    const box = paper.getBoundingClientRect();
    const { width, height } = paper.viewBox.baseVal;
    const inside = (value, size) => Math.max(0, Math.min(size, value));
    return [inside(((event.clientX - box.left) / box.width) * width, width), inside(((event.clientY - box.top) / box.height) * height, height)];
  };

  // --- Signatures: a path of at most what the server takes.
  const LONGEST = 12000;
  const enhancePad = (pad) => {
    const held = pad.closest("form").elements[pad.dataset.pad];
    const paper = pad.querySelector("svg");
    const ink = pad.querySelector("path");
    let drawing = false;
    pad.hidden = false;
    ink.setAttribute("d", held.value);
    const add = (command, event) => {
      const path = `${held.value}${command}${placeOf(paper, event).map(Math.round).join(",")}`;
      if (path.length > LONGEST) return;
      held.value = path;
      ink.setAttribute("d", path);
    };
    paper.addEventListener("pointerdown", (event) => {
      drawing = true;
      paper.setPointerCapture(event.pointerId);
      add("M", event);
      event.preventDefault();
    });
    paper.addEventListener("pointermove", (event) => drawing && add("L", event));
    const end = () => {
      if (drawing) changed(held);
      drawing = false;
    };
    paper.addEventListener("pointerup", end);
    paper.addEventListener("pointercancel", end);
    pad.querySelector("[data-clear]").addEventListener("click", () => {
      held.value = "";
      ink.setAttribute("d", "");
      changed(held);
    });
  };

  // --- Points and plots: corners in degrees, shown in metres around the first one.
  const CELL = 20; // of 400
  const METRES = 111320; // of a degree of latitude
  const read = (text) => Number(text.trim().replace(",", "."));
  const write = (degrees) => degrees.toFixed(7).replace(".", ",");

  const enhancePlot = (plot) => {
    const grid = plot.querySelector("svg");
    const scale = plot.querySelector("[data-scale]");
    const isPoint = plot.dataset.plot === "point";
    const controls = isPoint ? [plot.dataset.lat, plot.dataset.lon] : [plot.dataset.corners];
    const boxes = controls.map((id) => document.getElementById(id));
    const cursor = [200, 200];
    let origin = null; // of the grid; stays where it is while points are set
    plot.hidden = false;

    const corners = () => {
      const lines = isPoint ? [boxes.map((box) => box.value).join(" ")] : boxes[0].value.split("\n");
      return lines.map((line) => line.trim().split(/[\s;]+/).map(read)).filter((pair) => pair.length === 2 && pair.every((each) => each > 0));
    };
    const put = (list) => {
      if (isPoint) boxes.forEach((box, i) => (box.value = list.length ? write(list.at(-1)[i]) : ""));
      else boxes[0].value = list.map((pair) => pair.map(write).join(" ")).join("\n");
      changed(boxes[0]);
    };
    const perUnit = () => Number(scale.value) / CELL;
    const across = () => METRES * Math.cos((origin[0] * Math.PI) / 180);
    const toGrid = ([lat, lon]) => [200 + ((lon - origin[1]) * across()) / perUnit(), 200 - ((lat - origin[0]) * METRES) / perUnit()];
    const toDegrees = ([x, y]) => [origin[0] + ((200 - y) * perUnit()) / METRES, origin[1] + ((x - 200) * perUnit()) / across()];

    const say = (places) => {
      const output = document.getElementById(`${controls[0]}-area`);
      if (!output) return;
      const twice = places.reduce((sum, [x, y], i) => {
        const [u, v] = places[(i + 1) % places.length];
        return sum + x * v - u * y;
      }, 0);
      const area = (Math.abs(twice) / 2) * perUnit() ** 2;
      output.textContent = places.length ? `${new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 0 }).format(area)} m²` : "–";
    };
    const draw = () => {
      const list = corners();
      if (!list.length) origin = null;
      else origin ??= list[0];
      const lines = Array.from({ length: 21 }, (_, i) => `M${i * CELL},0V400M0,${i * CELL}H400`).join("");
      const places = origin ? list.map(toGrid) : [];
      say(places);
      grid.replaceChildren(
        svg("path", { class: "plot__lines", d: lines }),
        svg("polygon", { class: "plot__shape", points: isPoint ? "" : places.map((place) => place.join(",")).join(" ") }),
        ...places.map(([cx, cy]) => svg("circle", { class: "plot__corner", cx, cy, r: 5 })),
        svg("path", { class: "plot__cursor", d: `M${cursor[0] - 8},${cursor[1]}h16M${cursor[0]},${cursor[1] - 8}v16` }),
      );
    };
    // Where the cross is, for whoever does not see it.
    const tell = () => {
      const at = plot.querySelector("[data-at]");
      const [north, south, east, west] = at.dataset.directions.split(",");
      const away = cursor.map((place) => ((place - 200) / CELL) * Number(scale.value));
      at.textContent = [[-away[1], north, south], [away[0], east, west]].map(([by, ahead, back]) => `${Math.abs(by)} m ${by < 0 ? back : ahead}`).join(", ");
    };
    const set = (place) => {
      if (!origin) return boxes[0].focus(); // the first point has to be known in degrees
      put([...(isPoint ? [] : corners()), toDegrees(place)]);
      draw();
    };

    grid.addEventListener("click", (event) => set(placeOf(grid, event)));
    grid.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-CELL, 0], ArrowRight: [CELL, 0], ArrowUp: [0, -CELL], ArrowDown: [0, CELL] }[event.key];
      if (step) step.forEach((by, i) => (cursor[i] = Math.max(0, Math.min(400, cursor[i] + by))));
      else if (event.key === "Enter") set([...cursor]);
      else return;
      event.preventDefault();
      if (step) tell();
      draw();
    });
    plot.querySelector("[data-undo]").addEventListener("click", () => {
      put(corners().slice(0, -1));
      draw();
    });
    scale.addEventListener("change", (event) => {
      event.stopPropagation();
      draw();
    });
    boxes.forEach((box) => box.addEventListener("change", draw));
    draw();
  };

  const enhance = (root) => {
    root.querySelectorAll("[data-pad]").forEach(enhancePad);
    root.querySelectorAll("[data-plot]").forEach(enhancePlot);
  };
  enhance(document);
  document.addEventListener("motcua:replaced", (event) => enhance(event.target));
})();
