import { addDisplayWidget } from "./display_widget.mjs";

const NAME = "softfocus_text";
const HEIGHT = 60;

function addTextWidget(node) {
  const element = document.createElement("div");
  element.style.whiteSpace = "pre-wrap";
  return addDisplayWidget(node, NAME, element, () => HEIGHT);
}

/**
 * Show what a node has to say on the node itself, below its other widgets.
 * @param {string[] | undefined} text the `text` of the node's `ui` output
 */
export function showText(node, text) {
  if (!Array.isArray(text)) return;
  const shown = text.join("\n\n");
  const own = node.widgets?.find((candidate) => candidate.name === NAME);
  if (!shown && !own) return; // a node that has nothing to say keeps its size
  const widget = own ?? addTextWidget(node);
  widget.element.textContent = shown;
  const [width, height] = node.size;
  const [minWidth, minHeight] = node.computeSize();
  if (width < minWidth || height < minHeight) node.setSize([Math.max(width, minWidth), Math.max(height, minHeight)]);
  node.setDirtyCanvas?.(true, true);
}
