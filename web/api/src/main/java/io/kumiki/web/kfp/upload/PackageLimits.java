package io.kumiki.web.kfp.upload;

/// What a package may cost before it is believed.
///
/// @param bytes of the upload, and of the pipeline file that comes out of it
/// @param entries of an archive
/// @param ratio unpacked bytes per packed byte, judged once more than a mebibyte has come out
public record PackageLimits(long bytes, int entries, int ratio) {
    /// KFP's 32 MiB.
    public static final PackageLimits STANDARD = new PackageLimits(32L << 20, 10_000, 100);
}
