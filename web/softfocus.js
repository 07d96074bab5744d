import { app } from "../../scripts/app.js";
import { showText } from "./node_text.mjs";
import { addPreview } from "./preview_node.mjs";
import { fetchPreviewedClasses } from "./preview_server.mjs";
import { showScores } from "./score_panel.mjs";

const PREFIX = "SoftFocus";
const OPEN_PREVIEW = "SoftFocus.OpenPreview";

let previewed = []; // classes that have a preview, as the server says before any node is made

/** The node in the open graph that an output belongs to, if it is one of the pack's. */
function packNode(id) {
  const node = app.graph?.getNodeById(id);
  return node?.comfyClass?.startsWith(PREFIX) ? node : null;
}

function show(node, output) {
  if (node.comfyClass === "SoftFocusQualityScore") showScores(node, output);
  else showText(node, output?.text);
}

app.registerExtension({
  name: "softfocus.nodeText",

  settings: [
    {
      id: OPEN_PREVIEW,
      category: ["SoftFocus", "Nodes", "OpenPreview"],
      name: "Open a node's live preview when one of its values is changed",
      type: "boolean",
      defaultValue: true,
    },
  ],

  async init() {
    previewed = await fetchPreviewedClasses();
  },

  nodeCreated(node) {
    if (!node.comfyClass?.startsWith(PREFIX)) return;
    const executed = node.onExecuted;
    node.onExecuted = function (output) {
      executed?.apply(this, arguments);
      show(this, output);
    };
    if (previewed.includes(node.comfyClass)) addPreview(node, () => app.extensionManager.setting.get(OPEN_PREVIEW) ?? true);
  },

  // Outputs that come back without a run: another tab of the page, or an entry of the queue's history.
  onNodeOutputsUpdated(outputs) {
    for (const [id, output] of Object.entries(outputs ?? {})) {
      const node = packNode(id);
      if (node) show(node, output);
    }
  },
});
