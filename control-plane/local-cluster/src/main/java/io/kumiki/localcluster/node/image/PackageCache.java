package io.kumiki.localcluster.node.image;

import io.kumiki.runtime.life.Folders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes sets of packages that no pod uses when their disk is full, as a kubelet does with images. Several Kumikis
/// of one user share a cache: who uses a set is noted in the set itself, by `pip_shim.py`, and ends with the
/// environment that the note names.
///
/// A step notes itself first and looks then whether the set is complete; here it is made incomplete first, and then
/// its notes are read again. So one of the two always sees the other.
public final class PackageCache {
    private static final Logger LOG = LoggerFactory.getLogger(PackageCache.class);
    private static final String COMPLETE = ".complete";
    private static final String GOING = ".going";
    private static final String USERS = ".users";
    private static final int LONGEST_NOTE = 4096;
    /// Sets that an older Kumiki made have no notes, and one without its mark may still be in the making.
    private static final Duration WITHOUT_NOTES = Duration.ofDays(7);

    private static final Duration EVERY = Duration.ofMinutes(5);

    private final Path cache;
    private final CacheLimits limits;
    private Instant next = Instant.MIN;

    PackageCache(Path cache, CacheLimits limits) {
        this.cache = cache;
        this.limits = limits;
    }

    /// Looks once in five minutes, whenever it is called more often.
    public void look(Instant now) {
        if (now.isBefore(next)) {
            return;
        }
        next = now.plus(EVERY);
        try {
            if (Files.isDirectory(cache)) {
                FileStore store = Files.getFileStore(cache);
                collect(new CachedSet.Disk(store.getTotalSpace(), store.getUsableSpace()), now);
            }
        } catch (IOException e) {
            LOG.warn("the packages in {} could not be looked at; it is tried again in five minutes", cache, e);
        }
    }

    /// @return the folders that went
    List<Path> collect(CachedSet.Disk disk, Instant now) throws IOException {
        boolean full = disk.above(limits.highPercent());
        List<CachedSet> held = new ArrayList<>();
        for (Path folder : folders()) {
            held.add(read(folder, now, full));
        }
        List<Path> gone = new ArrayList<>();
        for (CachedSet set : CachedSet.toDrop(held, disk, limits, now)) {
            if (drop(set.folder())) {
                gone.add(set.folder());
            }
        }
        if (full) {
            LOG.info(
                    "the disk of {} is more than {} % full: {} of {} sets of packages were removed",
                    cache, limits.highPercent(), gone.size(), held.size());
        }
        return gone;
    }

    private List<Path> folders() throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path version : entries(cache)) {
            if (Files.isDirectory(version, LinkOption.NOFOLLOW_LINKS)) {
                entries(version).stream()
                        .filter(folder -> Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS))
                        .forEach(found::add);
            }
        }
        return found;
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        }
    }

    /// @param sized whether it matters how large it is
    private static CachedSet read(Path folder, Instant now, boolean sized) throws IOException {
        long bytes = sized ? Folders.size(folder) : 0;
        Path users = folder.resolve(USERS);
        if (!Files.exists(folder.resolve(COMPLETE)) || !Files.isDirectory(users, LinkOption.NOFOLLOW_LINKS)) {
            Instant made = time(folder);
            return new CachedSet(folder, bytes, made, made.plus(WITHOUT_NOTES).isAfter(now));
        }
        Instant last = Instant.MIN;
        @Nullable Path newest = null;
        boolean used = false;
        List<Path> over = new ArrayList<>();
        for (Path note : entries(users)) {
            Instant at = time(note);
            if (at.isAfter(last)) {
                last = at;
                newest = note;
            }
            if (holds(note)) {
                used = true;
            } else {
                over.add(note);
            }
        }
        // The newest says when the set was used last; the others have said what they had to.
        for (Path note : over) {
            if (!note.equals(newest)) {
                Files.deleteIfExists(note);
            }
        }
        return new CachedSet(folder, bytes, newest == null ? time(folder.resolve(COMPLETE)) : last, used);
    }

    private static Instant time(Path file) throws IOException {
        try {
            return Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
        } catch (NoSuchFileException e) {
            return Instant.MAX;
        }
    }

    /// Whether the environment that a note names is still there.
    private static boolean holds(Path note) throws IOException {
        if (!Files.isRegularFile(note, LinkOption.NOFOLLOW_LINKS) || Files.size(note) > LONGEST_NOTE) {
            return false;
        }
        String environment = Files.readString(note, StandardCharsets.UTF_8);
        // A note is made and then filled.
        return environment.isEmpty() || Files.exists(Path.of(environment).resolve("pyvenv.cfg"));
    }

    /// False when a step took it meanwhile.
    private static boolean drop(Path folder) throws IOException {
        Path complete = folder.resolve(COMPLETE);
        Path going = folder.resolve(GOING);
        boolean whole = Files.exists(complete);
        if (whole) {
            Files.move(complete, going);
            if (usedAgain(folder)) {
                Files.move(going, complete);
                return false;
            }
        }
        for (Path link : entries(Objects.requireNonNull(folder.getParent()))) {
            if (Files.isSymbolicLink(link)
                    && Objects.equals(Files.readSymbolicLink(link).getFileName(), folder.getFileName())) {
                Files.deleteIfExists(link);
            }
        }
        Folders.delete(folder);
        return true;
    }

    private static boolean usedAgain(Path folder) throws IOException {
        Path users = folder.resolve(USERS);
        if (Files.isDirectory(users, LinkOption.NOFOLLOW_LINKS)) {
            for (Path note : entries(users)) {
                if (holds(note)) {
                    return true;
                }
            }
        }
        return false;
    }
}
