import { addDisplayWidget } from "./display_widget.mjs";
import { panelHeight } from "./panel_height.mjs";
import { formatTotal, listOf, readRanking } from "./score_data.mjs";
import { drawParts, make } from "./score_parts.mjs";

const NAME = "softfocus_scores";
const MOST_ROWS = 6; // of the list, which scrolls

const STYLE = `
.softfocus-scores { contain: size; height: 100%; width: 100%; }
.softfocus-scores .softfocus-total { font-size: 32px; line-height: 1.1; font-variant-numeric: tabular-nums; }
.softfocus-scores .softfocus-faint, .softfocus-scores .softfocus-target, .softfocus-scores .softfocus-heading {
  color: var(--descrip-text, #999);
}
.softfocus-scores .softfocus-list {
  display: block; width: 100%; margin: 6px 0; padding: 2px; overflow: hidden auto; box-sizing: border-box;
  border: 1px solid var(--border-color, #4e4e4e); border-radius: 4px;
  font: inherit; font-variant-numeric: tabular-nums; color: inherit; background: transparent;
}
.softfocus-scores .softfocus-list option { padding: 1px 4px; color: inherit; }
.softfocus-scores .softfocus-list option:checked {
  font-weight: bold; /* a picture, for the browser forces its own background-color, which light themes swallow */
  background-image: linear-gradient(0deg, var(--softfocus-chosen), var(--softfocus-chosen));
  --softfocus-chosen: color-mix(in srgb, var(--input-text, #ddd) 25%, transparent);
}
.softfocus-scores .softfocus-parts {
  display: grid; grid-template-columns: minmax(0, 1fr) auto auto; column-gap: 10px; row-gap: 2px; align-items: baseline;
}
.softfocus-scores .softfocus-heading { grid-column: 1 / -1; margin-top: 6px; }
.softfocus-scores .softfocus-value { text-align: right; font-variant-numeric: tabular-nums; }
.softfocus-scores .softfocus-bar {
  grid-column: 1 / -1; height: 6px; margin-bottom: 4px; border-radius: 3px; overflow: hidden;
  background: color-mix(in srgb, var(--input-text, #ddd) 18%, transparent);
}
.softfocus-scores .softfocus-fill { height: 100%; min-width: 3px; }
.softfocus-scores .softfocus-report { margin-top: 10px; white-space: pre-wrap; }
.softfocus-scores .softfocus-advice { margin: 6px 0 0; padding-left: 18px; list-style: disc; }
`;

function addPanel(node) {
  const element = make("div", "softfocus-scores widget-expands"); // Nodes 2.0 gives free height to widget-expands
  element.tabIndex = 0;
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", "Quality score");
  return addDisplayWidget(node, NAME, element, panelHeight(node, element));
}

function drawTotal(ranking) {
  const head = make("div", "softfocus-head");
  const which = ranking.length > 1 ? ` of 100 for picture ${ranking[0].index}, the best of ${ranking.length}` : " of 100";
  head.append(make("span", "softfocus-total", formatTotal(ranking[0].total)), make("span", "softfocus-faint", which));
  return head;
}

/** The pictures of a batch, best first; `show` is called with the place of the one that is chosen. */
function drawList(ranking, show) {
  const list = make("select", "softfocus-list");
  list.size = Math.max(2, Math.min(ranking.length, MOST_ROWS));
  list.setAttribute("aria-label", "Pictures of the batch, best first");
  for (const [place, entry] of ranking.entries()) {
    list.append(make("option", "", `${place + 1}. picture ${entry.index}: ${formatTotal(entry.total)}`));
  }
  list.selectedIndex = 0;
  list.addEventListener("change", () => show(list.selectedIndex));
  return list;
}

/** Parts and advice of one entry of the ranking. */
function drawEntry(entry) {
  const advice = listOf(entry.advice).filter((each) => each.sentence);
  if (!advice.length) return [drawParts(listOf(entry.parts))];
  const list = make("ul", "softfocus-advice");
  list.append(...advice.map((each) => make("li", "", String(each.sentence))));
  return [drawParts(listOf(entry.parts)), list];
}

function draw(element, ranking, report) {
  const details = make("div", "softfocus-details");
  const show = (place) => details.replaceChildren(...drawEntry(ranking[place]));
  element.replaceChildren(make("style", "", STYLE));
  if (ranking.length) {
    show(0);
    element.append(drawTotal(ranking));
  }
  if (ranking.length > 1) element.append(drawList(ranking, show));
  element.append(details, make("div", "softfocus-report", report));
  element.scrollTop = 0;
}

/**
 * Show the scores of a Quality Score node on the node itself: total, parts, the pictures of a batch, the report.
 * @param {{text?: string[], data?: string[]} | undefined} output the node's `ui` output
 */
export function showScores(node, output) {
  if (!Array.isArray(output?.text)) return;
  const widget = node.widgets?.find((candidate) => candidate.name === NAME) ?? addPanel(node);
  const report = output.text.join("\n\n");
  const shown = JSON.stringify([report, output.data]);
  if (widget.element.shown === shown) return; // the same outputs come again when a tab is restored: keep the choice
  widget.element.shown = shown;
  draw(widget.element, readRanking(output.data?.[0]), report);
  node.setDirtyCanvas?.(true, true);
}
