"""What the nodes cost: operations and bytes counted, and the processor's time beside that of an earlier commit."""
