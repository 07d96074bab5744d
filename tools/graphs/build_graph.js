// Runs in ComfyUI's page: builds the graph that `spec` describes and returns, as JSON, what the page's own serialiser makes of it.
async (spec) => {
  const graph = app.graph;
  graph.clear();
  for (const each of spec.nodes) {
    const node = LiteGraph.createNode(each.type);
    if (!node) throw new Error(`the page has no node ${each.type}`);
    node.id = each.id;
    node.pos = each.pos;
    node.title = each.title ?? node.title;
    graph.add(node);
    node.size = each.size;
    Object.assign(node.properties, each.properties);
    for (const [name, value] of Object.entries(each.widgets)) {
      const widget = node.widgets?.find((candidate) => candidate.name === name);
      if (!widget) throw new Error(`${each.type} has no widget ${name}, only ${node.widgets?.map((one) => one.name)}`);
      widget.value = value;
    }
  }
  for (const [from, output, to, input] of spec.links) {
    const source = graph.getNodeById(from);
    const target = graph.getNodeById(to);
    const link = source.connect(source.findOutputSlot(output), target, target.findInputSlot(input));
    if (!link) throw new Error(`cannot link ${from}.${output} to ${to}.${input}`);
  }
  for (const each of spec.groups) {
    const group = new LiteGraph.LGraphGroup(each.title, each.id);
    group.pos = each.bounds.slice(0, 2);
    group.size = each.bounds.slice(2);
    group.color = each.color;
    graph.add(group);
  }
  const small = spec.nodes.filter((each) => {
    const [width, height] = graph.getNodeById(each.id).computeSize();
    return each.size[0] < width - 1 || each.size[1] < height - 1;
  });
  if (small.length) throw new Error(`too small for what they hold: ${small.map((each) => each.type).join(", ")}`);
  await app.loadGraphData(graph.serialize()); // what a saved file becomes when it is opened and saved again
  return JSON.stringify(app.graph.serialize());
}
