import { app } from "../../scripts/app.js";
import { api } from "../../scripts/api.js";

const PATH = "/softfocus/preview";

/** Ids of the subgraph nodes that lead from `graph` to `inner`; null if none do. The first way is taken. */
function pathTo(inner, graph) {
  if (inner === graph) return [];
  for (const node of graph.nodes ?? []) {
    const rest = node.subgraph && pathTo(inner, node.subgraph);
    if (rest) return [node.id, ...rest];
  }
  return null;
}

/** How the server knows a node: the workflow's id, the node's id in a run ("12:5" in a subgraph), and its class. */
function nameOf(node) {
  const root = app.rootGraph ?? app.graph;
  const path = [...(pathTo(node.graph, root) ?? []), node.id];
  return { workflow: String(root.id ?? ""), node_id: path.join(":"), class: node.comfyClass };
}

/** What the widgets say; a value that comes through a link is the server's to know. */
function settingsOf(node) {
  const inputs = node.inputs?.filter((_, slot) => node.isInputConnected(slot)) ?? [];
  const linked = new Set(inputs.map((input) => input.widget?.name));
  const own = node.widgets.filter((widget) => widget.serialize !== false && !linked.has(widget.name));
  return Object.fromEntries(own.map((widget) => [widget.name, widget.value]));
}

/** Classes of the nodes that have a preview; none where the server does not say. */
export async function fetchPreviewedClasses() {
  try {
    const response = await api.fetchApi(`${PATH}/nodes`);
    return response.ok ? await response.json() : [];
  } catch {
    return [];
  }
}

/**
 * The picture that went into a node last, small.
 * @returns {Promise<Blob | null>} null while the node has not run since the server started
 */
export async function fetchBefore(node, signal) {
  const response = await api.fetchApi(`${PATH}?${new URLSearchParams(nameOf(node))}`, { signal });
  return response.status === 200 ? response.blob() : null;
}

/**
 * What the node makes of that picture with its widgets as they are.
 * @param {boolean} draft whether the picture may be a quarter as wide
 * @returns {Promise<{picture?: Blob, refusal?: string, gone?: boolean}>} gone: the server no longer has the input;
 *   nothing at all: it works on a newer request
 */
export async function fetchAfter(node, draft, signal) {
  const body = JSON.stringify({ ...nameOf(node), inputs: settingsOf(node), draft });
  const headers = { "Content-Type": "application/json" };
  const response = await api.fetchApi(PATH, { method: "POST", headers, body, signal });
  if (response.ok) return { picture: await response.blob() };
  if (response.status === 409) return {};
  return { refusal: await response.text(), gone: response.status === 404 };
}
