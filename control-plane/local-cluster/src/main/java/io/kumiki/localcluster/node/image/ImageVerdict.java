package io.kumiki.localcluster.node.image;

/// Whether an image can run on this machine.
public sealed interface ImageVerdict {
    /// It runs. The note is empty when the image means exactly what it says, else it tells what stands in for it.
    record Runs(String image, Environment environment, String note) implements ImageVerdict {}

    /// It cannot run here; the reason names the image, what was looked for and what to do.
    record Refused(String image, String reason) implements ImageVerdict {}
}
