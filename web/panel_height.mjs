import { app } from "../../scripts/app.js";

const SMALLEST = 120; // pixels
const WANTED = 340;
const CLASSIC_MARGINS = 20; // above and below a DOM widget on the classic canvas
const TALLER_WIDGETS = 60; // by which Nodes 2.0 draws the other widgets taller than the node counts them

/**
 * Give an element that is about to become a widget a good height, until the user chooses another size for its node.
 * A node that was saved with the panel, or made tall by hand, is not changed.
 * @returns {() => number} the widget's least height for the classic canvas
 */
export function panelHeight(node, element) {
  const room = node.size[1] - node.computeSize()[1];
  let height = room < SMALLEST ? WANTED : Math.min(Math.max(room - TALLER_WIDGETS, SMALLEST), WANTED);
  const set = (pixels) => {
    height = pixels;
    element.style.minHeight = `${pixels}px`;
  };
  set(height);
  onResizeInNodes2(element, () => set(SMALLEST));
  return () => {
    if (app.canvas?.resizing_node === node) set(SMALLEST);
    return height + CLASSIC_MARGINS;
  };
}

/** Call `begin` when the user takes a corner of the node; Nodes 2.0 calls nothing of the node then. */
function onResizeInNodes2(element, begin) {
  const listening = new WeakSet(); // the page may build a node's box again
  new ResizeObserver(() => {
    const box = element.closest("[data-node-id]");
    if (!box || listening.has(box)) return;
    listening.add(box);
    box.addEventListener("pointerdown", takeCorner, { capture: true });
  }).observe(element);

  function takeCorner(event) {
    if (!getComputedStyle(event.target).cursor.endsWith("resize")) return;
    // The box has grown with the panel; its own least height is still that from before.
    event.currentTarget.style.setProperty("--node-height", `${event.currentTarget.offsetHeight}px`);
    begin();
  }
}
