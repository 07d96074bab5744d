import { addDisplayWidget } from "./display_widget.mjs";
import { make } from "./score_parts.mjs";

const NAME = "softfocus_preview";
const LINE = 24; // pixels: one line of text
const CLASSIC_MARGINS = 20; // above and below a DOM widget on the classic canvas
const SIDES = 36; // of the node beside the picture
const LOWEST = 120;
const HIGHEST = 300;
const STYLE = `
.softfocus-preview { contain: size; height: 100%; width: 100%; display: flex; flex-direction: column; gap: 4px; }
.softfocus-preview[data-view="none"] .softfocus-toggle,
.softfocus-preview:not([data-view="open"]) .softfocus-stage { display: none; }
.softfocus-preview .softfocus-head { display: flex; gap: 8px; white-space: nowrap; }
.softfocus-preview .softfocus-toggle {
  padding: 0; border: 0; background: none; color: inherit; font: inherit; cursor: pointer;
}
.softfocus-preview .softfocus-toggle::before { content: "\\25b8"; display: inline-block; width: 1em; }
.softfocus-preview .softfocus-toggle[aria-expanded="true"]::before { content: "\\25be"; }
.softfocus-preview .softfocus-said { color: var(--descrip-text, #999); overflow: hidden; text-overflow: ellipsis; }
.softfocus-preview .softfocus-stage {
  flex: 1; min-height: 0; container-type: size; display: flex; align-items: center; justify-content: center;
}
.softfocus-preview .softfocus-frame {
  position: relative; overflow: hidden; aspect-ratio: var(--ratio); width: min(100cqw, 100cqh * var(--ratio));
}
.softfocus-preview .softfocus-frame > * { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; }
.softfocus-preview .softfocus-after { clip-path: inset(0 0 0 var(--wipe)); }
.softfocus-preview .softfocus-frame .softfocus-line {
  left: var(--wipe); width: 2px; margin-left: -1px; background: #fff; box-shadow: 0 0 3px #000; pointer-events: none;
}
.softfocus-preview .softfocus-frame .softfocus-label {
  inset: auto auto 4px 6px; width: auto; height: auto; color: #fff; text-shadow: 0 0 3px #000, 0 0 3px #000;
  pointer-events: none;
}
.softfocus-preview .softfocus-frame .softfocus-label + .softfocus-label { inset: auto 6px 4px auto; }
.softfocus-preview .softfocus-wipe { appearance: none; opacity: 0; cursor: ew-resize; }
.softfocus-preview .softfocus-wipe::-webkit-slider-thumb { appearance: none; width: 1px; height: 100%; }
.softfocus-preview .softfocus-wipe::-moz-range-thumb { width: 1px; height: 100%; border: 0; }
.softfocus-preview .softfocus-frame:focus-within { outline: 2px solid var(--input-text, #ddd); }
`;

/** The line that opens and closes the panel, with room for a sentence. */
function makeHead() {
  const head = make("div", "softfocus-head");
  const toggle = make("button", "softfocus-toggle", "Preview");
  toggle.type = "button";
  const said = make("span", "softfocus-said");
  said.setAttribute("role", "status");
  head.append(toggle, said);
  return { head, toggle, said };
}

/** The two pictures, one over the other, and the line between them that the pointer or the arrow keys move. */
function makeFrame() {
  const frame = make("div", "softfocus-frame");
  const before = make("canvas", "softfocus-before");
  const after = make("canvas", "softfocus-after");
  const wipe = make("input", "softfocus-wipe");
  Object.assign(wipe, { type: "range", min: 0, max: 100, step: 1, value: 50 });
  wipe.setAttribute("aria-label", "Before and after: left of the line is the picture before");
  const move = () => frame.style.setProperty("--wipe", `${wipe.value}%`);
  wipe.addEventListener("input", move);
  move();
  const labels = [make("span", "softfocus-label", "before"), make("span", "softfocus-label", "after")];
  frame.append(before, after, make("div", "softfocus-line"), ...labels, wipe);
  return { frame, before, after };
}

async function draw(canvas, picture) {
  const bitmap = await createImageBitmap(picture);
  canvas.width = bitmap.width; // also clears it
  canvas.height = bitmap.height;
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  bitmap.close();
}

/** Size a node for a panel of `height()` pixels; what a smaller panel frees is taken from the node. */
function fit(node, element, height) {
  const change = height() - (parseFloat(element.style.minHeight) || height());
  element.style.minHeight = `${height()}px`;
  const [width, own] = node.size;
  node.setSize([width, Math.max(own + Math.min(change, 0), node.computeSize()[1])]);
  node.setDirtyCanvas?.(true, true);
}

/**
 * A panel with a before and after picture below a node's widgets; neither saved with the workflow nor sent in a prompt.
 * It is closed at first, so that a graph keeps its layout until the user turns to the node.
 * @param {() => void} opened called when the user opens the panel
 */
export function addPreviewPanel(node, opened) {
  const element = make("div", "softfocus-preview widget-expands"); // Nodes 2.0 gives free height to widget-expands
  const { head, toggle, said } = makeHead();
  const stage = make("div", "softfocus-stage");
  const { frame, before, after } = makeFrame();
  let ratio = 0; // height by width; 0 while there is no picture
  let open = false;
  let chosen = false; // whether the user has opened or closed it

  const height = () => {
    if (!open || !ratio) return LINE;
    return LINE + Math.round(Math.min(Math.max((node.size[0] - SIDES) * ratio, LOWEST), HIGHEST));
  };
  const update = () => {
    element.dataset.view = !ratio ? "none" : open ? "open" : "closed";
    toggle.setAttribute("aria-expanded", String(open));
    fit(node, element, height);
  };
  toggle.addEventListener("click", () => {
    open = !open;
    chosen = true;
    update();
    if (open) opened();
  });
  stage.append(frame);
  element.append(make("style", "", STYLE), head, stage);
  addDisplayWidget(node, NAME, element, () => height() + CLASSIC_MARGINS);
  element.style.padding = "3px 8px";
  update();

  return {
    isOpen: () => open,
    openUnlessClosedByUser() {
      if (open || chosen) return;
      open = true;
      update();
    },
    busy(value) {
      element.setAttribute("aria-busy", String(value));
    },
    say(text) {
      said.textContent = said.title = text;
    },
    async showBefore(picture) {
      await draw(before, picture);
      ratio = before.height / before.width;
      frame.style.setProperty("--ratio", String(1 / ratio));
      update();
    },
    showAfter: (picture) => draw(after, picture),
    clear() {
      ratio = 0;
      update();
    },
  };
}
