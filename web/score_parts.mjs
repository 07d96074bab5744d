import { formatValue } from "./score_data.mjs";

// The colours of the drawn chart, which colour-blind readers can tell apart (Okabe and Ito's palette, 2008).
const POOR = "#d55e00";
const FAIR = "#e69f00";
const GOOD = "#0072b2";

/** An element with a class and, if given, a text; the text is never read as markup. */
export function make(tag, name, text) {
  const element = document.createElement(tag);
  element.className = name;
  if (text !== undefined) element.textContent = text;
  return element;
}

/** Colour of a part score in 0..1, drawn a little towards the theme's text so that it stands out from its background. */
function grade(score) {
  const [low, high, share] = score < 0.5 ? [POOR, FAIR, 2 * score] : [FAIR, GOOD, 2 * score - 1];
  return `color-mix(in srgb, var(--input-text, #ddd) 20%, color-mix(in srgb, ${high} ${100 * share}%, ${low}))`;
}

function bar(part) {
  const track = make("div", "softfocus-bar");
  track.setAttribute("role", "meter");
  track.setAttribute("aria-label", String(part.name));
  if (!Number.isFinite(part.score)) return track;
  const score = Math.min(Math.max(part.score, 0), 1);
  track.setAttribute("aria-valuemin", "0");
  track.setAttribute("aria-valuemax", "100");
  track.setAttribute("aria-valuenow", String(Math.round(100 * score)));
  track.title = `${Math.round(100 * score)} of 100`;
  const fill = make("div", "softfocus-fill");
  fill.style.width = `${100 * score}%`;
  fill.style.background = grade(score);
  track.append(fill);
  return track;
}

function row(part) {
  const target = part.target ? `target ${part.target}` : "";
  return [
    make("span", "softfocus-name", String(part.name ?? "")),
    make("span", "softfocus-value", formatValue(part)),
    make("span", "softfocus-target", target),
    bar(part),
  ];
}

/**
 * Rows for the parts of a score, the look apart from the faults: name, value, target, and a bar that is full on target.
 * @param {object[]} parts
 */
export function drawParts(parts) {
  const table = make("div", "softfocus-parts");
  const groups = [
    ["Look", parts.filter((part) => !part.fault)],
    ["Faults (full bar: no fault)", parts.filter((part) => part.fault)],
  ];
  for (const [title, members] of groups) {
    if (members.length) table.append(make("div", "softfocus-heading", title), ...members.flatMap(row));
  }
  return table;
}
