import { api } from "../../scripts/api.js";
import { makeDrafts } from "./preview_draft.mjs";
import { latestWins } from "./preview_latest.mjs";
import { addPreviewPanel } from "./preview_panel.mjs";
import { fetchAfter, fetchBefore } from "./preview_server.mjs";

const NOTHING_YET = "Preview: comes when this node has run.";

const renewals = new Set(); // of all previews on the page

// Some nodes of a run that ends early may have run.
for (const end of ["execution_success", "execution_error", "execution_interrupted"]) {
  api.addEventListener(end, () => renewals.forEach((renew) => renew()));
}

/** Call `changed` after every change of one of the node's own widgets, in both renderers. */
function onWidgetChange(node, changed) {
  for (const widget of node.widgets ?? []) {
    const callback = widget.callback;
    widget.callback = function () {
      const result = callback?.apply(this, arguments);
      changed();
      return result;
    };
  }
}

function chain(node, method, more) {
  const own = node[method];
  node[method] = function () {
    const result = own?.apply(this, arguments);
    more();
    return result;
  };
}

/** Asks for the pictures of one node, one request at a time, and shows them; `opens` as for `addPreview`. */
function makeRequests(node, panel, opens, signal) {
  let known = false; // whether the server has the node's input
  let outdated = true; // whether the shown input may not be the last one
  const drafts = makeDrafts(() => ask(), signal);
  const after = async (draft) => (known && panel.isOpen() ? fetchAfter(node, draft, signal) : {});

  async function work() {
    if (outdated) {
      outdated = false;
      const before = await fetchBefore(node, signal);
      known = before !== null;
      if (known) await panel.showBefore(before);
    }
    const { picture, refusal, gone } = await drafts.fetch(after);
    if (gone) known = false;
    if (picture) await panel.showAfter(picture);
    if (!known) panel.clear();
    panel.say(known ? (refusal ?? "") : NOTHING_YET);
  }

  const ask = latestWins(
    async () => {
      if (signal.aborted) return;
      try {
        await work();
      } catch (error) {
        outdated = true;
        if (!signal.aborted) panel.say(`No preview: ${error.message}`);
      }
    },
    (busy) => panel.busy(busy || drafts.waiting()),
  );
  return {
    changed() {
      if (!known) return;
      if (opens()) panel.openUnlessClosedByUser();
      drafts.changed();
      ask();
    },
    opened: ask,
    renew() {
      outdated = true;
      ask();
    },
  };
}

/**
 * Give a node a panel which shows the last picture that went through it, with the widgets as they are.
 * @param {() => boolean} opens whether the first change of a widget opens the panel
 */
export function addPreview(node, opens) {
  const ended = new AbortController();
  const panel = addPreviewPanel(node, () => requests.opened());
  const requests = makeRequests(node, panel, opens, ended.signal);
  panel.say(NOTHING_YET);
  onWidgetChange(node, requests.changed);
  renewals.add(requests.renew);
  chain(node, "onAdded", () => setTimeout(requests.renew)); // when the graph has given it its id and values
  chain(node, "onRemoved", () => {
    renewals.delete(requests.renew);
    ended.abort();
  });
}
