const STRING_OR_NUMBER = /("(?:[^"\\]|\\.)*")|-?\b(?:NaN|Infinity)\b/g;

/**
 * The ranking that Quality Score sends, best first; empty if there is none or it cannot be read.
 * Python writes NaN and Infinity, which JSON has not: they are read as null.
 * @param {unknown} text
 * @returns {object[]}
 */
export function readRanking(text) {
  try {
    const ranking = JSON.parse(text.replace(STRING_OR_NUMBER, (_, string) => string ?? "null"));
    return listOf(ranking);
  } catch {
    return [];
  }
}

/** The objects of what should be a list. */
export function listOf(value) {
  return Array.isArray(value) ? value.filter((each) => each && typeof each === "object") : [];
}

/** A score of 0..100. */
export function formatTotal(total) {
  return Number.isFinite(total) ? total.toFixed(1) : "n/a";
}

/** A measurement with its unit, as the drawn chart writes it. */
export function formatValue({ value, unit }) {
  if (!Number.isFinite(value)) return "n/a";
  return [value.toFixed(Math.abs(value) < 10 ? 2 : 0), unit ?? ""].join(" ").trim();
}
