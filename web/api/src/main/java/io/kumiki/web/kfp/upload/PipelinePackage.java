package io.kumiki.web.kfp.upload;

import io.kumiki.runtime.http.HttpFault;
import io.kumiki.web.kfp.wire.Refusal;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/// Finds the pipeline's YAML in an upload: the file itself, or one entry of a zip or tar.gz archive.
/// The content decides what it is; the name must agree. Entry names are compared, never used as paths.
public final class PipelinePackage {
    private static final long SUSPICIOUS = 1L << 20;

    private final PackageLimits limits;

    public PipelinePackage(PackageLimits limits) {
        this.limits = limits;
    }

    /// The bytes of the pipeline document.
    public byte[] open(String fileName, byte[] content) {
        if (content.length == 0) {
            throw Refusal.invalid("The uploaded file is empty. Upload a compiled pipeline.");
        }
        if (content.length > limits.bytes()) {
            throw tooLarge();
        }
        String name = fileName.toLowerCase(Locale.ROOT);
        boolean zip = content.length > 3 && content[0] == 'P' && content[1] == 'K';
        boolean gzip = content.length > 3 && (content[0] & 0xff) == 0x1f && (content[1] & 0xff) == 0x8b;
        if (name.endsWith(".zip") && !zip) {
            throw Refusal.invalid(
                    "The file is named .zip, but it is not a zip archive. Upload the archive itself, or the YAML under its own name.");
        }
        if ((name.endsWith(".tar.gz") || name.endsWith(".tgz")) && !gzip) {
            throw Refusal.invalid(
                    "The file is named .tar.gz, but it is not a gzip file. Upload the archive itself, or the YAML under its own name.");
        }
        if (!(name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json") || zip || gzip)) {
            throw Refusal.invalid("Unexpected pipeline file format of " + Refusal.quoted(fileName)
                    + ". Supported are .yaml, .yml, .json, .zip and .tar.gz.");
        }
        try {
            return zip ? fromZip(content) : gzip ? fromTar(content) : content;
        } catch (ZipException | EOFException e) {
            throw Refusal.invalid("The archive " + Refusal.quoted(fileName) + " is damaged: " + e.getMessage());
        } catch (IOException e) {
            throw Refusal.invalid("The archive " + Refusal.quoted(fileName) + " cannot be read: " + e.getMessage());
        }
    }

    private byte[] fromZip(byte[] content) throws IOException {
        var links = ZipLinks.of(content);
        var found = new TreeMap<String, byte[]>();
        var budget = new Budget(content.length);
        try (var zip = new ZipInputStream(new ByteArrayInputStream(content))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                budget.entry(entry.getName());
                if (links.contains(entry.getName())) {
                    throw link(entry.getName());
                }
                byte[] bytes = budget.counted(zip).readAllBytes();
                if (!entry.isDirectory() && wanted(entry.getName())) {
                    found.put(entry.getName(), bytes);
                }
            }
        }
        return choose(found);
    }

    private byte[] fromTar(byte[] content) throws IOException {
        var found = new TreeMap<String, byte[]>();
        var budget = new Budget(content.length);
        try (var tar = new TarReader(budget.counted(new GZIPInputStream(new ByteArrayInputStream(content))))) {
            for (TarReader.Entry entry = tar.next(); entry != null; entry = tar.next()) {
                budget.entry(entry.name());
                if (entry.link()) {
                    throw link(entry.name());
                }
                if (entry.file() && wanted(entry.name())) {
                    found.put(entry.name(), tar.content().readAllBytes());
                }
            }
        }
        return choose(found);
    }

    private static boolean wanted(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".yaml") || lower.endsWith(".yml") || lower.endsWith(".json");
    }

    /// `pipeline.yaml` if there is one, else the only one.
    private static byte[] choose(TreeMap<String, byte[]> found) {
        for (var entry : found.entrySet()) {
            String name = entry.getKey();
            if (name.substring(name.lastIndexOf('/') + 1).equals("pipeline.yaml")) {
                return entry.getValue();
            }
        }
        if (found.isEmpty()) {
            throw Refusal.invalid(
                    "The archive holds no .yaml, .yml or .json file. Put the compiled pipeline into it, best as pipeline.yaml.");
        }
        if (found.size() > 1) {
            throw Refusal.invalid("The archive holds " + found.size()
                    + " pipeline files and none is called pipeline.yaml. Keep one, or name it so.");
        }
        return found.firstEntry().getValue();
    }

    private static HttpFault link(String name) {
        return Refusal.invalid("The archive's entry " + Refusal.quoted(name) + " is a link. Pack the file itself.");
    }

    private HttpFault tooLarge() {
        return Refusal.invalid(
                "The pipeline file is larger than " + (limits.bytes() >> 20) + " MiB, which is the limit.");
    }

    /// Counts what comes out while it comes out.
    private final class Budget {
        private final long packed;
        private long out;
        private int entries;

        Budget(long packed) {
            this.packed = packed;
        }

        void entry(String name) {
            if (++entries > limits.entries()) {
                throw Refusal.invalid(
                        "The archive has more than " + limits.entries() + " entries, which is the limit.");
            }
            if (unsafe(name)) {
                throw Refusal.invalid("The archive's entry " + Refusal.quoted(name) + " points outside the archive.");
            }
        }

        /// Reads through, also when its reader skips.
        InputStream counted(InputStream in) {
            return new InputStream() {
                @Override
                public int read() throws IOException {
                    byte[] one = new byte[1];
                    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
                }

                @Override
                public int read(byte[] b, int off, int len) throws IOException {
                    int n = in.read(b, off, len);
                    count(Math.max(n, 0));
                    return n;
                }
            };
        }

        private void count(int n) {
            out += n;
            if (out > limits.bytes()) {
                throw tooLarge();
            }
            if (out > SUSPICIOUS && out > packed * limits.ratio()) {
                throw Refusal.invalid("The archive unpacks to more than " + limits.ratio()
                        + " times its size, which no pipeline does.");
            }
        }

        private static boolean unsafe(String name) {
            String path = name.replace('\\', '/');
            return path.isEmpty()
                    || path.length() > 4096
                    || path.startsWith("/")
                    || path.indexOf('\0') >= 0
                    || path.matches("[A-Za-z]:.*")
                    || java.util.List.of(path.split("/", -1)).contains("..");
        }
    }
}
