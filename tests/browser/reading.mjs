// What a screen reader makes of a page, from Chromium's own accessibility tree: names, headings, landmarks, groups, faults, and
// the order things are read, seen and reached with the keyboard.
import assert from 'node:assert/strict';

const controls = new Set(['textbox', 'combobox', 'checkbox', 'radio', 'button', 'link', 'spinbutton', 'searchbox', 'listbox', 'slider', 'application']);
const text = (value) => value?.value ?? '';

async function tree(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  return nodes.filter((node) => !node.ignored);
}

/** Fails with everything that is wrong with the page. */
export async function readsWell(page, where) {
  const nodes = await tree(page);
  const problems = [];
  const role = (node) => text(node.role);
  for (const node of nodes)
    if (controls.has(role(node)) && !text(node.name).trim()) problems.push(`a ${role(node)} without a name`);
  const headings = nodes.filter((node) => role(node) === 'heading').map((node) => [node.properties.find((each) => each.name === 'level').value.value, text(node.name)]);
  if (headings.filter(([level]) => level === 1).length !== 1) problems.push(`${headings.filter(([level]) => level === 1).length} headings of the first level`);
  const main = await page.evaluate(() => [...document.querySelectorAll('main h1, main h2, main h3, main h4, main h5, main h6')].map((each) => [Number(each.localName[1]), each.textContent.trim()]));
  main.reduce((before, [level, name]) => {
    if (before && level > before + 1) problems.push(`from a heading of level ${before} to ${level}: ${name}`);
    return level;
  }, 0);
  for (const landmark of ['main', 'banner', 'contentinfo', 'navigation'])
    if (!nodes.some((node) => role(node) === landmark)) problems.push(`no landmark ${landmark}`);
  problems.push(
    ...(await page.evaluate(() => {
      const found = [];
      const visible = (element) => element.checkVisibility({ checkVisibilityCSS: true }) && !element.closest('.hidden-visually');
      const named = (element) => element.name || element.id || element.textContent.trim().slice(0, 40);
      for (const group of document.querySelectorAll('main fieldset'))
        if (!group.querySelector(':scope > legend')?.textContent.trim()) found.push(`a group without a legend: ${group.id}`);
      for (const radio of document.querySelectorAll('main input[type=radio]')) if (!radio.closest('fieldset')) found.push(`a radio button outside of a group: ${radio.name}`);
      for (const element of document.querySelectorAll('main [aria-describedby], main [aria-labelledby], main [aria-controls]'))
        for (const attribute of ['aria-describedby', 'aria-labelledby', 'aria-controls'])
          for (const id of (element.getAttribute(attribute) ?? '').split(/\s+/).filter(Boolean))
            if (!document.getElementById(id)) found.push(`${attribute} of ${named(element)} leads nowhere: ${id}`);
      // Each fault is heard at its field, and its controls say that they are wrong.
      for (const fault of document.querySelectorAll('main .field-error')) {
        if (!document.querySelector(`main [aria-describedby~="${fault.id}"]`)) found.push(`nobody hears the fault ${fault.id}`);
        const field = fault.closest('.field, .rows, .dropzone, fieldset');
        const inputs = field ? [...field.querySelectorAll('input:not([type=hidden]), select, textarea')].filter(visible) : [];
        if (field && !field.matches('.rows, [role=radiogroup][aria-invalid=true]') && inputs.length && !inputs.some((input) => input.getAttribute('aria-invalid') === 'true')) found.push(`no control says that it is wrong: ${fault.id}`);
      }
      const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
      for (const id of ids.filter((each, i) => ids.indexOf(each) !== i)) found.push(`two elements with the id ${id}`);
      // Reading order is what is seen: in a form no control stands above the one before it (side by side is in order from the left).
      const forms = [...document.querySelectorAll('main form')];
      for (const form of forms) {
        let before = null;
        for (const control of [...form.querySelectorAll('input:not([type=hidden]), select, textarea, button')].filter(visible)) {
          const box = control.getBoundingClientRect();
          if (before && ((box.bottom <= before.top - 1 && box.left < before.right) || (Math.abs(box.top - before.top) < 4 && box.left < before.left - 1))) found.push(`read after the one before it, but seen before: ${named(control)}`);
          before = box;
        }
      }
      if (document.querySelector('[tabindex]:not([tabindex="0"]):not([tabindex="-1"])')) found.push('an order of tabs of its own');
      if (document.querySelector('form[data-autosave]') && !document.querySelector('#trang-thai-luu [role=alert]')) found.push('nobody hears that saving failed');
      return found;
    })),
  );
  assert.deepEqual(problems, [], where);
}

/**
 * What a screen reader says of the controls of a form: by the name of the control, {role, name, description, required, invalid,
 * groups: [{role, name, description}] from the innermost}.
 */
export async function controlsAsRead(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.send('DOM.enable');
  const elements = await session.send('DOM.getFlattenedDocument', { depth: -1 });
  await session.detach();
  const attributes = new Map(elements.nodes.map((node) => [node.backendNodeId, node.attributes ?? []]));
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const property = (node, name) => node.properties?.find((each) => each.name === name)?.value.value;
  const said = (node) => ({ role: text(node.role), name: text(node.name), description: text(node.description) });
  const found = new Map();
  for (const node of nodes) {
    if (node.ignored || !controls.has(text(node.role))) continue;
    const list = attributes.get(node.backendDOMNodeId) ?? [];
    const attribute = (wanted) => list[list.findIndex((each, i) => i % 2 === 0 && each === wanted) + 1];
    const name = list.includes('name') ? attribute('name') : null;
    if (!name || found.has(name)) continue;
    const groups = [];
    for (let up = byId.get(node.parentId); up; up = byId.get(up.parentId)) if (!up.ignored && ['group', 'radiogroup'].includes(text(up.role))) groups.push({ ...said(up), required: property(up, 'required'), invalid: property(up, 'invalid') });
    // of lists and of boxes to tick the protocol does not say that they are required
    const required = property(node, 'required') || (list.includes('aria-required') && attribute('aria-required') === 'true');
    found.set(name, { ...said(node), required, invalid: property(node, 'invalid'), groups });
  }
  return found;
}
