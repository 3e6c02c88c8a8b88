package io.kumiki.runs;

import io.kumiki.pipelines.engine.ArtifactIds;
import io.kumiki.store.Store;

/// Reserves ids in blocks, so that one write serves many artifacts; the rest of a block is lost at a restart.
final class ArtifactIdBlocks implements ArtifactIds {
    private static final int BLOCK = 1000;

    private final Store store;
    private long next;
    private long end;

    ArtifactIdBlocks(Store store) {
        this.store = store;
    }

    @Override
    public synchronized long next() {
        if (next == end) {
            next = store.write(tx -> tx.artifacts().nextIds(BLOCK));
            end = next + BLOCK;
        }
        return next++;
    }
}
