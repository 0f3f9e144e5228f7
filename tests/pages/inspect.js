// Loads each page in a frame, lays it out in every view, and posts what is wrong.
"use strict";

const VIEWS = [
  { width: 1280, theme: "light" },
  { width: 1280, theme: "dark" },
  { width: 390, theme: "light" },
  { width: 390, theme: "dark" },
];
const FRAMES = 4;  // so many pages are loaded at a time
const SLACK = 1;  // pixels that rounding may take
// Below 4.5, which WCAG asks of small text: the colours of code are Pygments' styles.
const MIN_CONTRAST = 3;
// What has to be readable as a whole. Blocks of code scroll, paragraphs wrap.
const LABELS = "h1, h2, h3, h4, th, dt, button, summary, .caption-text, " +
  ".sidebar-brand-text, .sidebar-tree a, .toc-tree a, .related-pages a";
const TEXTS = "p, li, td, th, h1, h2, h3, dt, a, button, .caption-text, pre, pre span, code";

const findings = new Set();
const images = new Set();
const anchors = new Map();  // page -> the ids on it
const links = [];  // {from, page, id}
let views = 0;

function frame() {
  const element = document.createElement("iframe");
  element.style.cssText = "border: 0; height: 900px; width: 1280px";
  document.body.append(element);
  return element;
}

function load(element, url) {
  return new Promise((resolve) => {
    element.onload = () => resolve(element.contentDocument);
    element.src = url;
  });
}

function shown(text) {
  const squeezed = text.trim().replace(/\s+/g, " ");
  return squeezed.length > 60 ? squeezed.slice(0, 57) + "..." : squeezed;
}

function visible(element) {
  return element.getClientRects().length > 0 &&
    element.ownerDocument.defaultView.getComputedStyle(element).visibility !== "hidden";
}

// -- what is too wide -------------------------------------------------------------------------------

function scrollsInside(element, root) {
  for (let each = element; each && each !== root; each = each.parentElement) {
    const flow = each.ownerDocument.defaultView.getComputedStyle(each).overflowX;
    if (flow !== "visible") return true;
  }
  return false;
}

function widerThanWindow(page, report) {
  const root = page.documentElement;
  if (root.scrollWidth <= root.clientWidth + SLACK) return;
  const wide = [...page.body.querySelectorAll("*")].filter((each) =>
    each.getBoundingClientRect().right > root.clientWidth + SLACK && !scrollsInside(each, root));
  const widest = wide.at(-1);
  const where = widest ? `<${widest.localName}> "${shown(widest.textContent)}"` : "something";
  report(`is ${root.scrollWidth} pixels wide: ${where}`);
}

function cutLabels(page, report) {
  for (const label of page.querySelectorAll(LABELS)) {
    if (!visible(label)) continue;
    if (label.scrollWidth > label.clientWidth + SLACK && label.clientWidth > 0) {
      const flow = page.defaultView.getComputedStyle(label).overflowX;
      if (flow === "hidden" || flow === "clip") report(`cuts "${shown(label.textContent)}"`);
    }
    const cutting = label.parentElement.closest("li, td, tr, aside, nav, header, section");
    const style = cutting && page.defaultView.getComputedStyle(cutting);
    if (style && (style.overflowX === "hidden" || style.overflowX === "clip") &&
        label.getBoundingClientRect().right > cutting.getBoundingClientRect().right + SLACK) {
      report(`cuts "${shown(label.textContent)}"`);
    }
  }
}

function brokenNames(page, report) {
  // Beside the text there is no room for the longest names, and there the browser may break them.
  for (const name of page.querySelectorAll("table code, .sidebar-tree code, .toc-tree code")) {
    const [text, room] = [name.textContent.trim(), name.closest("table") ? Infinity : 24];
    if (text.length <= room && /^[\w.]+(\(\))?$/.test(text) && visible(name) &&
        name.getClientRects().length > 1) {
      report(`breaks "${shown(text)}"`);
    }
  }
}

function cutInDrawing(drawing, report) {
  const box = drawing.viewBox.baseVal;
  if (!box || !box.width) return;
  for (const text of drawing.querySelectorAll("text")) {
    if (!text.getClientRects().length) continue;
    const at = text.getBBox();
    const turn = drawing.getScreenCTM().inverse().multiply(text.getScreenCTM());
    const corners = [[at.x, at.y], [at.x + at.width, at.y + at.height]].map(([x, y]) =>
      new DOMPoint(x, y).matrixTransform(turn));
    const [xs, ys] = [corners.map((each) => each.x), corners.map((each) => each.y)];
    if (Math.min(...xs) < box.x - SLACK || Math.max(...xs) > box.x + box.width + SLACK ||
        Math.min(...ys) < box.y - SLACK || Math.max(...ys) > box.y + box.height + SLACK) {
      report(`cuts "${shown(text.textContent)}" in a drawing`);
    }
  }
}

async function cutInImages(page, report) {
  for (const image of page.querySelectorAll("img")) {
    if (!image.complete || !image.naturalWidth) report(`has no image at ${image.src}`);
    if (!image.alt) report(`has an image without a description: ${image.src}`);
    if (!image.src.endsWith(".svg") || images.has(image.src)) continue;
    images.add(image.src);
    const holder = document.createElement("div");
    holder.innerHTML = await (await fetch(image.src)).text();
    document.body.append(holder);
    cutInDrawing(holder.querySelector("svg"), (what) => report(`${what}: ${image.src}`));
    holder.remove();
  }
}

// -- what is hard to read ---------------------------------------------------------------------------

function colour(text) {
  const parts = text.match(/[\d.]+/g).map(Number);
  return { rgb: parts.slice(0, 3), alpha: parts.length > 3 ? parts[3] : 1 };
}

function over(front, back) {
  return front.rgb.map((part, i) => part * front.alpha + back[i] * (1 - front.alpha));
}

function background(element, known) {
  if (!element) return [255, 255, 255];
  if (known.has(element)) return known.get(element);
  const style = element.ownerDocument.defaultView.getComputedStyle(element);
  const own = colour(style.backgroundColor);
  const result = own.alpha === 1 ? own.rgb : over(own, background(element.parentElement, known));
  known.set(element, result);
  return result;
}

function luminance(rgb) {
  const [r, g, b] = rgb.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function hardToRead(page, report) {
  const known = new Map();
  for (const element of page.querySelectorAll(TEXTS)) {
    const own = [...element.childNodes].some((each) => each.nodeType === 3 && each.data.trim());
    if (!own || !visible(element)) continue;
    const style = page.defaultView.getComputedStyle(element);
    if (style.opacity === "0" || element.matches(".headerlink, .copy")) continue;
    const back = background(element, known);
    const ratio = contrast(over(colour(style.color), back), back);
    if (ratio < MIN_CONTRAST) {
      report(`has a contrast of ${ratio.toFixed(1)} at "${shown(element.textContent)}"`);
    }
  }
}

// -- what the buttons copy --------------------------------------------------------------------------

function wronglyCopied(page, report) {
  const blocks = page.querySelectorAll("div.highlight");
  if (blocks.length !== page.querySelectorAll("div.highlight > button.copy").length) {
    report("a block of code has no button that copies it");
    return;
  }
  for (const block of blocks) {
    const text = block.querySelector("pre").textContent;
    const typed = text.split("\n").filter((line) => /^[$#>] /.test(line));
    const wanted = block.parentElement.matches(".highlight-console")
      ? typed.map((line) => line.slice(2) + "\n").join("") : text;
    if (page.defaultView.copied(block) !== wanted) report(`copies "${shown(text)}" wrongly`);
  }
}

// -- where links lead -------------------------------------------------------------------------------

function noteLinks(page, name) {
  anchors.set(name, new Set([...page.querySelectorAll("[id]")].map((each) => each.id)));
  for (const link of page.querySelectorAll("a[href]")) {
    const url = new URL(link.href);
    if (url.origin !== location.origin) continue;
    const [page, id] = [url.pathname.slice(1) || "index.html", decodeURIComponent(url.hash)];
    links.push({ from: name, page, id: id.slice(1) });
  }
}

async function checkLinks() {
  const elsewhere = new Map();
  for (const { from, page, id } of links) {
    if (anchors.has(page)) {
      if (id && !anchors.get(page).has(id)) findings.add(`${from}: no #${id} on ${page}`);
    } else {
      if (!elsewhere.has(page)) elsewhere.set(page, (await fetch("/" + page)).ok);
      if (!elsewhere.get(page)) findings.add(`${from}: there is no ${page}`);
    }
  }
}

// -- all of it --------------------------------------------------------------------------------------

async function lookAt(element, name) {
  const page = await load(element, "/" + name);
  noteLinks(page, name);
  for (const { width, theme } of VIEWS) {
    views += 1;
    const report = (what) => findings.add(`${name} (${width} pixels, ${theme}): ${what}`);
    element.style.width = `${width}px`;
    page.body.dataset.theme = theme;
    if (theme === "light") {  // The theme moves nothing.
      widerThanWindow(page, report);
      cutLabels(page, report);
      brokenNames(page, report);
      page.querySelectorAll("svg[viewBox]").forEach((each) => cutInDrawing(each, report));
    }
    hardToRead(page, report);
  }
  await cutInImages(page, (what) => findings.add(`${name}: ${what}`));
  wronglyCopied(page, (what) => findings.add(`${name}: ${what}`));
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function search(element, text, wanted) {
  const page = await load(element, `/search.html?q=${encodeURIComponent(text)}`);
  let first = null;
  // The results come one by one; when the search is over it says how many there are.
  while (!(first = page.querySelector("#search-results ul.search li a"))) {
    if (/did not match/.test(page.querySelector("#search-results").textContent)) break;
    await pause(20);
  }
  const found = first ? new URL(first.href).pathname.slice(1) : "nothing";
  if (!found.startsWith(wanted)) {
    findings.add(`the search for "${text}" finds ${found} first`);
  }
}

async function main() {
  const { pages, searches } = await (await fetch("/inspect/work")).json();
  const waiting = [...pages];
  const done = async () => {
    const element = frame();
    while (waiting.length) await lookAt(element, waiting.shift());
    element.remove();
  };
  await Promise.all(Array.from({ length: FRAMES }, done));
  await checkLinks();
  const element = frame();
  for (const [text, wanted] of Object.entries(searches)) await search(element, text, wanted);
  return { views, findings: [...findings].sort() };
}

main().catch((error) => ({ views, findings: [`the inspection failed: ${error.stack}`] }))
  .then((found) => fetch("/inspect/found", { method: "POST", body: JSON.stringify(found) }));
