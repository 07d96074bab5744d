import { app } from "../../scripts/app.js";

const LOOK = {
  boxSizing: "border-box",
  padding: "6px 8px",
  overflow: "auto",
  overscrollBehavior: "contain",
  overflowWrap: "anywhere",
  userSelect: "text",
  cursor: "auto",
  fontSize: "12px",
  lineHeight: "1.35",
  borderRadius: "4px",
  color: "var(--input-text, #ddd)",
  background: "var(--comfy-input-bg, #222)",
};
const SCROLL_KEYS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", "End", " "];

/** Whether `target`, or what holds it up to `element`, has more to show than fits. */
function scrolls(target, element) {
  for (let each = target; each && element.contains(each); each = each.parentElement) {
    const scrollable = ["auto", "scroll"].includes(getComputedStyle(each).overflowY);
    if (scrollable && each.scrollHeight > each.clientHeight) return true;
  }
  return false;
}

/** The wheel scrolls inside while there is something to scroll; else, and to zoom, it belongs to the canvas. */
function turnWheel(event) {
  event.stopPropagation();
  if (!event.ctrlKey && !event.metaKey && scrolls(event.target, event.currentTarget)) return;
  event.preventDefault(); // the browser would zoom the page
  app.canvas.canvas.dispatchEvent(new WheelEvent(event.type, event));
}

function listen(element) {
  element.dataset.captureWheel = "true"; // without it Nodes 2.0 takes every turn of the wheel
  element.addEventListener("wheel", turnWheel, { passive: false });
  for (const type of ["pointerdown", "pointermove"]) {
    element.addEventListener(type, (event) => {
      if (event.buttons === 1) event.stopPropagation(); // marks text instead of dragging the node
    });
  }
  element.addEventListener("keydown", (event) => {
    if (SCROLL_KEYS.includes(event.key)) event.stopPropagation();
  });
  element.addEventListener("copy", (event) => {
    if (!document.getSelection().isCollapsed) event.stopPropagation(); // the page would copy the node
  });
}

/**
 * Show an element below a node's widgets; it is in neither the prompt nor the workflow file, and goes with the node.
 * @param {() => number} minHeight in pixels
 */
export function addDisplayWidget(node, name, element, minHeight) {
  Object.assign(element.style, LOOK);
  listen(element);
  const widget = node.addDOMWidget(name, name, element, {
    serialize: false, // not in the prompt
    getValue: () => "", // shown only
    setValue: () => {},
    getMinHeight: minHeight,
  });
  widget.serialize = false; // not in the workflow file
  return widget;
}
