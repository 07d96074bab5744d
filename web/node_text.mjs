const NAME = "softfocus_text";
const HEIGHT = 60;

function addTextWidget(node) {
  const element = document.createElement("div");
  Object.assign(element.style, {
    boxSizing: "border-box",
    padding: "6px 8px",
    overflow: "auto",
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
    userSelect: "text",
    fontSize: "12px",
    lineHeight: "1.35",
    borderRadius: "4px",
    color: "var(--input-text, #ddd)",
    background: "var(--comfy-input-bg, #222)",
  });
  element.addEventListener("wheel", (event) => event.stopPropagation());
  const widget = node.addDOMWidget(NAME, NAME, element, {
    serialize: false, // not in the prompt
    getValue: () => element.textContent,
    setValue: () => {}, // read-only
    getMinHeight: () => HEIGHT,
  });
  widget.serialize = false; // not in the workflow file
  return widget;
}

/**
 * Show what a node has to say on the node itself, below its other widgets.
 * @param {string[] | undefined} text the `text` of the node's `ui` output
 */
export function showText(node, text) {
  if (!Array.isArray(text)) return;
  const widget = node.widgets?.find((candidate) => candidate.name === NAME) ?? addTextWidget(node);
  widget.element.textContent = text.join("\n\n");
  const [width, height] = node.size;
  const [minWidth, minHeight] = node.computeSize();
  if (width < minWidth || height < minHeight) node.setSize([Math.max(width, minWidth), Math.max(height, minHeight)]);
  node.setDirtyCanvas?.(true, true);
}
