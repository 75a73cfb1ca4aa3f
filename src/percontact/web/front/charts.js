// SPDX-License-Identifier: Apache-2.0
// Draws every [data-chart]. Nothing here computes a figure: the server has made the drawing's data.
//
//   <figure>
//     <div data-chart="bridge" role="img" aria-label="..."></div>     or with data-src="/address.json"
//     <script type="application/json">{...}</script>
//   </figure>
//
// A drawn box bears data-drawn. Without scripts the numbers' table stays, which holds the same.
const drawn = new WeakMap(); // box -> {text, view, watch}
const FONT_WAIT_MS = 1000;

async function draw(box) {
  const block = box.closest("figure")?.querySelector('script[type="application/json"]');
  const text = box.dataset.src || block?.textContent;
  if (!text || (drawn.get(box)?.text === text && box.querySelector("svg"))) return;
  forget(box);
  const now = { text };
  drawn.set(box, now);
  try {
    const [vega, spec] = await Promise.all([import("./vega.js"), drawing(box, text), fonts()]);
    if (drawn.get(box) === now) await show(box, now, vega, spec);
  } catch (error) {
    console.error(error);
    if (drawn.get(box) !== now) return;
    box.textContent = "This chart could not be drawn. Its numbers are complete in the table.";
    box.removeAttribute("role");
  }
}

async function drawing(box, text) {
  if (!box.dataset.src) return JSON.parse(text);
  const answer = await fetch(text, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${text}: ${answer.status}`);
  return answer.json();
}

// Text is measured before it is placed, so the font has to be there; a slow one is not waited for.
function fonts() {
  const late = new Promise((go) => setTimeout(go, FONT_WAIT_MS));
  return Promise.race([Promise.all([document.fonts.load("400 13px Inter"), document.fonts.load("600 13px Inter")]), late]);
}

async function show(box, now, vega, spec) {
  box.textContent = "";
  now.view = new vega.View(vega.parse(spec, null, { ast: true }), {
    expr: vega.expressionInterpreter, // no eval, so that the page's policy needs no exception
    renderer: "svg",
    container: box,
    hover: false,
    tooltip: tip,
  });
  await now.view.runAsync();
  box.querySelector("svg").setAttribute("aria-hidden", "true"); // the box bears the picture's name, the table its numbers
  box.dataset.drawn = "";
  now.watch = new ResizeObserver(() => {
    const width = box.clientWidth;
    if (width && width !== now.view.width() && spec.signals?.some((s) => s.name === "width")) {
      now.view.width(width).runAsync();
    }
  });
  now.watch.observe(box);
}

function forget(box) {
  const old = drawn.get(box);
  old?.watch?.disconnect();
  old?.view?.finalize();
  drawn.delete(box);
}

// -- the tooltip: one element for all charts, text only --------------------------------------------------------

let tipBox;

function tip(_handler, event, _item, value) {
  if (value === null || value === undefined || value === "") return hide();
  if (!tipBox?.isConnected) {
    tipBox = document.createElement("div");
    tipBox.className = "chart-tip";
    tipBox.setAttribute("aria-hidden", "true"); // the table says the same to those who do not see it
    document.body.append(tipBox);
  }
  tipBox.textContent = String(value);
  tipBox.hidden = false;
  const gap = 14;
  const { clientWidth, clientHeight } = document.documentElement;
  const left = Math.min(event.clientX + gap, clientWidth - tipBox.offsetWidth - 4);
  const above = event.clientY + gap + tipBox.offsetHeight > clientHeight;
  tipBox.style.left = `${Math.max(4, left)}px`;
  tipBox.style.top = `${above ? event.clientY - gap - tipBox.offsetHeight : event.clientY + gap}px`;
  return undefined;
}

function hide() {
  if (tipBox) tipBox.hidden = true;
}

// -- when to draw ----------------------------------------------------------------------------------------------

function drawAll() {
  for (const box of document.querySelectorAll("[data-chart]")) draw(box);
}

document.addEventListener("htmx:after:swap", () => {
  hide();
  drawAll();
});
document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
document.addEventListener("scroll", hide, { passive: true, capture: true });
drawAll();
