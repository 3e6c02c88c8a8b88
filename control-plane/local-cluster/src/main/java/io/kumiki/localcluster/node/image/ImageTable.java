package io.kumiki.localcluster.node.image;

import io.kumiki.localcluster.node.engine.ContainerEngine;
import io.kumiki.localcluster.node.engine.ContainerEngine.Presence;
import io.kumiki.localcluster.node.engine.ImageName;
import io.kumiki.localcluster.node.engine.NoEngine;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The settings table image → environment. What it does not know needs a container engine that answers. Any thread.
public final class ImageTable {
    private static final Pattern PYTHON = Pattern.compile("python");
    private static final Pattern PYTHON_TAG = Pattern.compile("3(?:\\.([0-9]{1,2}))?(?:[.-].*)?|latest|slim|");
    private static final Pattern UBI_PYTHON = Pattern.compile("python-3([0-9]{1,2})");
    private static final Pattern UBI = Pattern.compile("(?:.*/)?ubi[0-9]+(?:-minimal)?(?:/.*)?");
    private static final List<String> SHELLS = List.of("alpine", "busybox", "bash");
    private static final List<String> DOCKER_HUB = List.of("docker.io/", "index.docker.io/", "registry-1.docker.io/");

    private final InstalledPythons pythons;
    private final List<String> builtIns;
    private final List<Row> rows;
    private final ContainerEngine engine;

    /// A row of the user's own: images that match the glob (`*` is any text) are treated as `playedBy`, an image
    /// the shipped rows know.
    public record Row(String glob, String playedBy) {
        boolean matches(String image) {
            String pattern = Pattern.quote(glob).replace("*", "\\E.*\\Q");
            return Pattern.matches(pattern, image);
        }
    }

    /// `builtIns` are image prefixes such as `kumiki/artifact-agent`; the user's rows go before the shipped ones.
    public ImageTable(InstalledPythons pythons, Collection<String> builtIns, List<Row> rows, ContainerEngine engine) {
        this.pythons = pythons;
        this.builtIns = List.copyOf(builtIns);
        this.rows = List.copyOf(rows);
        this.engine = engine;
    }

    /// Without a container engine.
    public ImageTable(InstalledPythons pythons, Collection<String> builtIns, List<Row> rows) {
        this(pythons, builtIns, rows, new NoEngine("none was looked for"));
    }

    /// Without a container engine.
    public static ImageTable ofThisMachine(Collection<String> builtIns, List<Row> rows) {
        return ofThisMachine(builtIns, rows, new NoEngine("none was looked for"));
    }

    /// The table of this machine, with the Pythons found in the usual folders.
    public static ImageTable ofThisMachine(Collection<String> builtIns, List<Row> rows, ContainerEngine engine) {
        Path home = Path.of(System.getProperty("user.home"));
        String path = System.getenv().getOrDefault("PATH", "");
        return new ImageTable(InstalledPythons.in(InstalledPythons.usualFolders(path, home)), builtIns, rows, engine);
    }

    public InstalledPythons pythons() {
        return pythons;
    }

    /// Runs what the rows do not know.
    public ContainerEngine engine() {
        return engine;
    }

    public ImageVerdict check(String image) {
        if (image.isBlank()) {
            return new ImageVerdict.Refused(image, "the container names no image; write one, for example python:3.11");
        }
        for (String prefix : builtIns) {
            if (image.equals(prefix) || image.startsWith(prefix + ":") || image.startsWith(prefix + "@")) {
                return new ImageVerdict.Runs(image, new Environment.BuiltIn(prefix), "");
            }
        }
        for (Row row : rows) {
            if (row.matches(image)) {
                return shipped(image, row.playedBy());
            }
        }
        return shipped(image, image);
    }

    private ImageVerdict shipped(String image, String playedBy) {
        Name name = Name.of(playedBy);
        @Nullable Integer minor = pythonMinor(name);
        if (minor != null) {
            return python(image, minor);
        }
        if (SHELLS.contains(name.last()) && name.isOfficial()) {
            return new ImageVerdict.Runs(
                    image,
                    new Environment.HostShell(),
                    "image " + image + " is played by this machine's own shell and commands");
        }
        return switch (engine.presence()) {
            case Presence.Answers ignored ->
                ImageName.wellFormed(image)
                        ? new ImageVerdict.Runs(image, new Environment.Image(), "")
                        : new ImageVerdict.Refused(image, "image " + image + " is no image name");
            case Presence.Absent absent ->
                new ImageVerdict.Refused(
                        image,
                        "image " + image
                                + " cannot run on this machine: it needs a container engine, and none answers here ("
                                + absent.why()
                                + "). Without one these run: python:3.N, ubi*/python-3NN, alpine, busybox, bash");
        };
    }

    private ImageVerdict python(String image, int minor) {
        Environment.Python python = pythons.nearest(minor);
        if (python == null) {
            return new ImageVerdict.Refused(
                    image,
                    "image " + image + " needs a Python" + (minor < 0 ? "" : " 3." + minor)
                            + ", and no Python 3.9 or later was found on PATH or in the usual folders; install one, "
                            + "for example with: apt install python3 python3-pip, dnf install python3 python3-pip or brew install python");
        }
        boolean exact = minor < 0 || python.version().equals("3." + minor);
        String note = exact
                ? ""
                : "image " + image + " runs on Python " + python.version() + " (" + python.interpreter()
                        + "), the nearest one installed";
        return new ImageVerdict.Runs(image, python, note);
    }

    /// The wanted minor version, -1 for "any 3", null when this is no Python image.
    private static @Nullable Integer pythonMinor(Name name) {
        if (PYTHON.matcher(name.last()).matches() && name.isOfficial()) {
            Matcher tag = PYTHON_TAG.matcher(name.tag());
            if (!tag.matches()) {
                return null;
            }
            return tag.group(1) == null ? -1 : Integer.valueOf(tag.group(1));
        }
        Matcher ubi = UBI_PYTHON.matcher(name.last());
        return ubi.matches() && UBI.matcher(name.repository()).matches() ? Integer.valueOf(ubi.group(1)) : null;
    }

    /// An image reference, split as far as the table needs it.
    private record Name(String repository, String last, String tag) {
        static Name of(String image) {
            ImageName name = ImageName.of(image);
            String repository = name.repository().toLowerCase(Locale.ROOT);
            return new Name(repository, repository.substring(repository.lastIndexOf('/') + 1), name.tag());
        }

        /// Docker Hub's own image (or a mirror's `library/` copy of it), not somebody's image of the same last
        /// name.
        boolean isOfficial() {
            String plain = repository;
            for (String hub : DOCKER_HUB) {
                plain = plain.startsWith(hub) ? plain.substring(hub.length()) : plain;
            }
            return plain.equals(last) || plain.equals("library/" + last) || repository.endsWith("/library/" + last);
        }
    }
}
